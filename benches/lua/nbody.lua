-- nbody.lua: the same work as programs/nbody.scm.

local solar_mass = 4.0 * math.pi * math.pi
local days_per_year = 365.24

-- A body is {x, y, z, vx, vy, vz, mass}.
local function body(x, y, z, vx, vy, vz, mass)
  return {x, y, z, vx * days_per_year, vy * days_per_year, vz * days_per_year, mass * solar_mass}
end

local function make_system()
  local system = {
    {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, solar_mass},
    body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
         0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023,
         0.000954791938424326609),
    body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
         -0.00276742510726411030, 0.00499852801234917238, 0.0000230417297573763929,
         0.000285885980666130812),
    body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
         0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556,
         0.0000436624404335156298),
    body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
         0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870,
         0.0000515138902046611451),
  }
  for axis = 4, 6 do
    local momentum = 0.0
    for i = 1, 5 do momentum = momentum + system[i][axis] * system[i][7] end
    system[1][axis] = -(momentum / solar_mass)
  end
  return system
end

local function energy(system)
  local sum = 0.0
  for i = 1, 5 do
    local a = system[i]
    local vx, vy, vz = a[4], a[5], a[6]
    sum = sum + 0.5 * a[7] * (vx * vx + vy * vy + vz * vz)
    for j = i + 1, 5 do
      local b = system[j]
      local dx, dy, dz = a[1] - b[1], a[2] - b[2], a[3] - b[3]
      sum = sum - a[7] * b[7] / math.sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return sum
end

local function advance(system, dt)
  for i = 1, 5 do
    local a = system[i]
    for j = i + 1, 5 do
      local b = system[j]
      local dx, dy, dz = a[1] - b[1], a[2] - b[2], a[3] - b[3]
      local d2 = dx * dx + dy * dy + dz * dz
      local magnitude = dt / (d2 * math.sqrt(d2))
      local pull_of_b, pull_of_a = b[7] * magnitude, a[7] * magnitude
      a[4] = a[4] - dx * pull_of_b
      a[5] = a[5] - dy * pull_of_b
      a[6] = a[6] - dz * pull_of_b
      b[4] = b[4] + dx * pull_of_a
      b[5] = b[5] + dy * pull_of_a
      b[6] = b[6] + dz * pull_of_a
    end
  end
  for i = 1, 5 do
    local a = system[i]
    a[1] = a[1] + dt * a[4]
    a[2] = a[2] + dt * a[5]
    a[3] = a[3] + dt * a[6]
  end
end

local function near(a, b) return math.abs(a - b) < 1e-9 end

local function run(thousands)
  local system = make_system()
  if not near(energy(system), -0.169075163828524) then return false end
  for _ = 1, 1000 do advance(system, 0.01) end
  if not near(energy(system), -0.169087605234606) then return false end
  for _ = 1001, thousands * 1000 do advance(system, 0.01) end
  return math.abs(energy(system) - -0.16908) < 1e-4
end

local size = tonumber(arg[1] or "400")
if not run(size) then
  print("WRONG nbody " .. size)
  os.exit(1)
end
print("ok nbody " .. size)
