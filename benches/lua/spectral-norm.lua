-- spectral-norm.lua: the same work as programs/spectral-norm.scm.

local function entry(i, j)
  return 1.0 / ((i + j) * (i + j + 1) * 0.5 + i + 1.0)
end

local function multiply(n, v, result, transposed)
  for i = 0, n - 1 do
    local sum = 0.0
    for j = 0, n - 1 do
      sum = sum + (transposed and entry(j, i) or entry(i, j)) * v[j]
    end
    result[i] = sum
  end
end

local function dot(n, a, b)
  local sum = 0.0
  for i = 0, n - 1 do sum = sum + a[i] * b[i] end
  return sum
end

local function filled(n, value)
  local v = {}
  for i = 0, n - 1 do v[i] = value end
  return v
end

local function spectral_norm(n)
  local u, v, scratch = filled(n, 1.0), filled(n, 0.0), filled(n, 0.0)
  for _ = 1, 10 do
    multiply(n, u, scratch, false)
    multiply(n, scratch, v, true)
    multiply(n, v, scratch, false)
    multiply(n, scratch, u, true)
  end
  return math.sqrt(dot(n, u, v) / dot(n, v, v))
end

local function run(n)
  return math.abs(spectral_norm(100) - 1.274219991) < 1e-8
    and math.abs(spectral_norm(n) - 1.27422) < 1e-3
end

local size = tonumber(arg[1] or "500")
if not run(size) then
  print("WRONG spectral-norm " .. size)
  os.exit(1)
end
print("ok spectral-norm " .. size)
