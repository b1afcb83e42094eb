-- fib.lua: the same work as programs/fib.scm.

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local function run(n)
  local a, b = 0, 1
  for _ = 1, n do a, b = b, a + b end
  return fib(n) == a
end

local size = tonumber(arg[1] or "36")
if not run(size) then
  print("WRONG fib " .. size)
  os.exit(1)
end
print("ok fib " .. size)
