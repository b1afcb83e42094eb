-- quicksort.lua: the same work as programs/quicksort.scm.

local count = 100000

local function fill_randomly(v)
  local seed = 42
  for i = 0, count - 1 do
    seed = (seed * 1103515245 + 12345) % 2147483648
    v[i] = seed
  end
end

local function sort_range(v, low, high)
  if low < high then
    local pivot = v[(low + high) // 2]
    local i, j = low, high
    while true do
      while v[i] < pivot do i = i + 1 end
      while pivot < v[j] do j = j - 1 end
      if i > j then break end
      v[i], v[j] = v[j], v[i]
      i, j = i + 1, j - 1
    end
    sort_range(v, low, j)
    sort_range(v, i, high)
  end
end

local function run(repetitions)
  local v = {}
  for _ = 1, repetitions do
    fill_randomly(v)
    sort_range(v, 0, count - 1)
    for i = 1, count - 1 do
      if v[i - 1] > v[i] then return false end
    end
  end
  return true
end

local size = tonumber(arg[1] or "16")
if not run(size) then
  print("WRONG quicksort " .. size)
  os.exit(1)
end
print("ok quicksort " .. size)
