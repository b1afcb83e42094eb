-- tak.lua: the same work as programs/tak.scm.

local function tak(x, y, z)
  if y < x then
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
  end
  return z
end

local function run(repetitions)
  for _ = 1, repetitions do
    if tak(18, 12, 6) ~= 7 then return false end
  end
  return true
end

local size = tonumber(arg[1] or "400")
if not run(size) then
  print("WRONG tak " .. size)
  os.exit(1)
end
print("ok tak " .. size)
