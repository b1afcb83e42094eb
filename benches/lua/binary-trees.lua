-- binary-trees.lua: the same work as programs/binary-trees.scm.

local function make_tree(depth)
  if depth == 0 then return {false, false} end
  return {make_tree(depth - 1), make_tree(depth - 1)}
end

local function count_nodes(tree)
  if tree[1] then return 1 + count_nodes(tree[1]) + count_nodes(tree[2]) end
  return 1
end

local function nodes(depth) return (1 << (depth + 1)) - 1 end

local function run(most)
  local long_lived = make_tree(most)
  for depth = 4, most, 2 do
    local repetitions = 1 << (most + 4 - depth)
    local sum = 0
    for _ = 1, repetitions do sum = sum + count_nodes(make_tree(depth)) end
    if sum ~= repetitions * nodes(depth) then return false end
  end
  return count_nodes(long_lived) == nodes(most)
end

local size = tonumber(arg[1] or "14")
if not run(size) then
  print("WRONG binary-trees " .. size)
  os.exit(1)
end
print("ok binary-trees " .. size)
