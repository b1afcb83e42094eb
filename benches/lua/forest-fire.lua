-- forest-fire.lua: the same work as programs/forest-fire.scm.

local side = 100
local empty, tree, fire = 0, 1, 2

local seed = 1
local function random_below(limit)
  seed = (seed * 16807 + 11) % 2147483647
  return seed % limit
end

local function wrap(i)
  if i < 0 then return side - 1 end
  if i == side then return 0 end
  return i
end

local function neighbour_burns(grid, row, column)
  for dr = -1, 1 do
    for dc = -1, 1 do
      if (dr ~= 0 or dc ~= 0) and grid[wrap(row + dr)][wrap(column + dc)] == fire then
        return true
      end
    end
  end
  return false
end

local function next_state(grid, row, column)
  local now = grid[row][column]
  if now == fire then return empty end
  if now == tree then
    if neighbour_burns(grid, row, column) or random_below(2000) == 0 then return fire end
    return tree
  end
  if random_below(20) == 0 then return tree end
  return empty
end

local function make_grid(state_at)
  local grid = {}
  for row = 0, side - 1 do
    local cells = {}
    for column = 0, side - 1 do cells[column] = state_at(row, column) end
    grid[row] = cells
  end
  return grid
end

local function simulate(steps)
  seed = 1
  local grid = make_grid(function() return random_below(2) == 0 and tree or empty end)
  for _ = 1, steps do
    local old = grid
    grid = make_grid(function(row, column) return next_state(old, row, column) end)
  end
  local counts = {[empty] = 0, [tree] = 0, [fire] = 0}
  for row = 0, side - 1 do
    for column = 0, side - 1 do
      local state = grid[row][column]
      counts[state] = counts[state] + 1
    end
  end
  return counts
end

local function run(repetitions)
  for _ = 1, repetitions do
    local counts = simulate(50)
    if counts[empty] ~= 6593 or counts[tree] ~= 3122 or counts[fire] ~= 285 then return false end
  end
  return true
end

local size = tonumber(arg[1] or "10")
if not run(size) then
  print("WRONG forest-fire " .. size)
  os.exit(1)
end
print("ok forest-fire " .. size)
