-- call-captured.lua: the same work as programs/call-captured.scm.

local function make_reader(start)
  return function(x) return x + start end
end

local function make_counter()
  local total = 0
  return function(x)
    total = total + x
    return total
  end
end

local function call_many(callee, count)
  local left, last = count, 0
  while left ~= 0 do
    last = callee(1)
    left = left - 1
  end
  return last
end

local function run(millions)
  local count = millions * 1000000
  return call_many(make_reader(7), count) == 8 and call_many(make_counter(), count) == count
end

local size = tonumber(arg[1] or "12")
if not run(size) then
  print("WRONG call-captured " .. size)
  os.exit(1)
end
print("ok call-captured " .. size)
