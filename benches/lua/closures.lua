-- closures.lua: the same work as programs/closures.scm.

local count = 1000000

-- Lists are tables {head, tail}, as pairs are in Scheme.
local function make_all()
  local kept = nil
  for i = 0, count - 1 do
    kept = {function(x) return x + i end, kept}
  end
  return kept
end

local function run(repetitions)
  for _ = 1, repetitions do
    local total, closures = 0, make_all()
    while closures do
      total = total + closures[1](1)
      closures = closures[2]
    end
    if total ~= count * (count + 1) // 2 then return false end
  end
  return true
end

local size = tonumber(arg[1] or "3")
if not run(size) then
  print("WRONG closures " .. size)
  os.exit(1)
end
print("ok closures " .. size)
