-- generator.lua: the same work as programs/generator.scm.

local function make_tree(depth, from)
  if depth == 0 then return from end
  local half = 1 << (depth - 1)
  return {make_tree(depth - 1, from), make_tree(depth - 1, from + half)}
end

local function leaves(tree)
  local function walk(tree)
    if type(tree) == "table" then
      walk(tree[1])
      walk(tree[2])
    else
      coroutine.yield(tree)
    end
  end
  return coroutine.wrap(function() walk(tree) end)
end

local function run(depth)
  local count = 1 << depth
  local next_a, next_b = leaves(make_tree(depth, 0)), leaves(make_tree(depth, 0))
  local sum = 0
  while true do
    local x, y = next_a(), next_b()
    if x ~= y then return false end
    if x == nil then break end
    sum = sum + x
  end
  return sum == count * (count - 1) // 2
end

local size = tonumber(arg[1] or "19")
if not run(size) then
  print("WRONG generator " .. size)
  os.exit(1)
end
print("ok generator " .. size)
