-- mandelbrot.lua: the same work as programs/mandelbrot.scm.

local side, most_steps = 100, 100

local function inside(c_re, c_im)
  local re, im = 0.0, 0.0
  for _ = 1, most_steps do
    local re2, im2 = re * re, im * im
    if re2 + im2 > 4.0 then return false end
    re, im = re2 - im2 + c_re, 2.0 * re * im + c_im
  end
  return true
end

local function count_inside()
  local count = 0
  for row = 0, side - 1 do
    local c_im = 3.0 * row / side - 1.5
    for column = 0, side - 1 do
      if inside(3.0 * column / side - 2.0, c_im) then count = count + 1 end
    end
  end
  return count
end

local function run(repetitions)
  for _ = 1, repetitions do
    if count_inside() ~= 1754 then return false end
  end
  return true
end

local size = tonumber(arg[1] or "160")
if not run(size) then
  print("WRONG mandelbrot " .. size)
  os.exit(1)
end
print("ok mandelbrot " .. size)
