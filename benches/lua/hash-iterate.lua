-- hash-iterate.lua: the same work as programs/hash-iterate.scm.

local count = 100000

local function run(repetitions)
  local table = {}
  for i = 0, count - 1 do table[i * 3] = i end
  for _ = 1, repetitions do
    local keys, values = 0, 0
    for key, value in pairs(table) do
      keys = keys + key
      values = values + value
    end
    if keys ~= 3 * values or values ~= count * (count - 1) // 2 then return false end
  end
  return true
end

local size = tonumber(arg[1] or "120")
if not run(size) then
  print("WRONG hash-iterate " .. size)
  os.exit(1)
end
print("ok hash-iterate " .. size)
