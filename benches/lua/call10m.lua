-- call10m.lua: the same work as programs/call10m.scm.

local function identity(x) return x end

local function call_many(callee, count)
  local left, last = count, 0
  while left ~= 0 do
    last = callee(left)
    left = left - 1
  end
  return last
end

local function run(millions)
  return call_many(identity, millions * 1000000) == 1
end

local size = tonumber(arg[1] or "10")
if not run(size) then
  print("WRONG call10m " .. size)
  os.exit(1)
end
print("ok call10m " .. size)
