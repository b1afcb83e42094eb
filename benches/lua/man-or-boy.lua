-- man-or-boy.lua: the same work as programs/man-or-boy.scm.

local function a(k, x1, x2, x3, x4, x5)
  local function b()
    k = k - 1
    return a(k, b, x1, x2, x3, x4)
  end
  if k <= 0 then return x4() + x5() end
  return b()
end

local answers = {
  [0] = 1, 0, -2, 0, 1, 0, 1, -1, -10, -30, -67, -138, -291, -642, -1446, -3250, -7244, -16065,
  -35601, -78985, -175416,
}

local function run(k)
  local function constant(n) return function() return n end end
  return answers[k] == a(k, constant(1), constant(-1), constant(-1), constant(1), constant(0))
end

local size = tonumber(arg[1] or "19")
if not run(size) then
  print("WRONG man-or-boy " .. size)
  os.exit(1)
end
print("ok man-or-boy " .. size)
