-- deriv.lua: the same work as programs/deriv.scm.

-- Lists are tables {head, tail}, as pairs are in Scheme; symbols are strings.
local function list(...)
  local result = nil
  for i = select("#", ...), 1, -1 do result = {(select(i, ...)), result} end
  return result
end

local function map(procedure, items)
  if items == nil then return nil end
  return {procedure(items[1]), map(procedure, items[2])}
end

local derive

local function derive_factor(factor)
  return {"/", {derive(factor), {factor, nil}}}
end

function derive(expression)
  if type(expression) ~= "table" then
    if expression == "x" then return 1 end
    return 0
  end
  local operator, arguments = expression[1], expression[2]
  if operator == "+" or operator == "-" then
    return {operator, map(derive, arguments)}
  elseif operator == "*" then
    return {"*", {expression, {{"+", map(derive_factor, arguments)}, nil}}}
  end
  error("no rule for " .. tostring(operator))
end

local function show(value)
  if type(value) ~= "table" then return tostring(value) end
  local parts = {}
  while value do
    parts[#parts + 1] = show(value[1])
    value = value[2]
  end
  return "(" .. table.concat(parts, " ") .. ")"
end

local polynomial =
  list("+", list("*", 3, "x", "x"), list("*", "a", "x", "x"), list("*", "b", "x"), 5)

local expected = "(+ (* (* 3 x x) (+ (/ 0 3) (/ 1 x) (/ 1 x)))"
  .. " (* (* a x x) (+ (/ 0 a) (/ 1 x) (/ 1 x))) (* (* b x) (+ (/ 0 b) (/ 1 x))) 0)"

local function run(repetitions)
  local answer
  for _ = 1, repetitions do answer = derive(polynomial) end
  return show(answer) == expected
end

local size = tonumber(arg[1] or "250000")
if not run(size) then
  print("WRONG deriv " .. size)
  os.exit(1)
end
print("ok deriv " .. size)
