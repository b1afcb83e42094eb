-- fannkuch.lua: the same work as programs/fannkuch.scm.

local function fannkuch(n)
  local permutation, work, turns = {}, {}, {}
  for i = 0, n - 1 do permutation[i], work[i], turns[i] = i, 0, 0 end

  local function reverse_first(count)
    local low, high = 0, count - 1
    while low < high do
      work[low], work[high] = work[high], work[low]
      low, high = low + 1, high - 1
    end
  end

  local function count_flips()
    for i = 0, n - 1 do work[i] = permutation[i] end
    local flips, first = 0, work[0]
    while first ~= 0 do
      reverse_first(first + 1)
      flips = flips + 1
      first = work[0]
    end
    return flips
  end

  local function rotate_first(count)
    local first = permutation[0]
    for i = 0, count - 2 do permutation[i] = permutation[i + 1] end
    permutation[count - 1] = first
  end

  local function advance()
    for level = 1, n - 1 do
      rotate_first(level + 1)
      turns[level] = turns[level] + 1
      if turns[level] <= level then return true end
      turns[level] = 0
    end
    return false
  end

  local sign, checksum, most = 1, 0, 0
  repeat
    local flips = count_flips()
    checksum = checksum + sign * flips
    if flips > most then most = flips end
    sign = -sign
  until not advance()
  return checksum, most
end

local answers = {
  [5] = {11, 7}, [6] = {49, 10}, [7] = {228, 16}, [8] = {1616, 22}, [9] = {8629, 30},
  [10] = {73196, 38},
}

local function run(n)
  local checksum, most = fannkuch(n)
  return checksum == answers[n][1] and most == answers[n][2]
end

local size = tonumber(arg[1] or "9")
if not run(size) then
  print("WRONG fannkuch " .. size)
  os.exit(1)
end
print("ok fannkuch " .. size)
