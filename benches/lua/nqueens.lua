-- nqueens.lua: the same work as programs/nqueens.scm.

-- Lists are tables {head, tail}, as pairs are in Scheme.
local function numbers_down_from(n)
  if n == 0 then return nil end
  return {n, numbers_down_from(n - 1)}
end

local function safe(row, distance, placed)
  while placed do
    local other = placed[1]
    if other == row + distance or other == row - distance then return false end
    distance = distance + 1
    placed = placed[2]
  end
  return true
end

local function append(a, b)
  if a == nil then return b end
  return {a[1], append(a[2], b)}
end

local function count_ways(candidates, passed, placed)
  if candidates == nil then
    if passed == nil then return 1 end
    return 0
  end
  local ways = 0
  if safe(candidates[1], 1, placed) then
    ways = count_ways(append(candidates[2], passed), nil, {candidates[1], placed})
  end
  return ways + count_ways(candidates[2], {candidates[1], passed}, placed)
end

local function run(repetitions)
  for _ = 1, repetitions do
    if count_ways(numbers_down_from(9), nil, nil) ~= 352 then return false end
  end
  return true
end

local size = tonumber(arg[1] or "80")
if not run(size) then
  print("WRONG nqueens " .. size)
  os.exit(1)
end
print("ok nqueens " .. size)
