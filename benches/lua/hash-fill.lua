-- hash-fill.lua: the same work as programs/hash-fill.scm.

local count = 100000

local function key(i) return "key" .. i end

local function run(repetitions)
  for _ = 1, repetitions do
    local table, size = {}, 0
    for i = 0, count - 1 do table[key(i)] = i end
    for _ in pairs(table) do size = size + 1 end
    local sum = 0
    for i = 0, count - 1 do sum = sum + (table[key(i)] or 0) end
    if size ~= count or sum ~= count * (count - 1) // 2 then return false end
  end
  return true
end

local size = tonumber(arg[1] or "4")
if not run(size) then
  print("WRONG hash-fill " .. size)
  os.exit(1)
end
print("ok hash-fill " .. size)
