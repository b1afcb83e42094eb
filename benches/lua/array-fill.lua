-- array-fill.lua: the same work as programs/array-fill.scm.

local count = 1000000

local function run(repetitions)
  local v = {}
  for _ = 1, repetitions do
    local i = 0
    while i < count do
      v[i] = i * 2
      i = i + 1
    end
    local sum = 0
    i = 0
    while i < count do
      sum = sum + v[i]
      i = i + 1
    end
    if sum ~= count * (count - 1) then return false end
  end
  return true
end

local size = tonumber(arg[1] or "30")
if not run(size) then
  print("WRONG array-fill " .. size)
  os.exit(1)
end
print("ok array-fill " .. size)
