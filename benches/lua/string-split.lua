-- string-split.lua: the same work as programs/string-split.scm.

local function split(text, separator)
  local fields, start = {}, 1
  for i = 1, #text do
    if text:byte(i) == separator then
      fields[#fields + 1] = text:sub(start, i - 1)
      start = i + 1
    end
  end
  fields[#fields + 1] = text:sub(start)
  return fields
end

local line = ("the quick brown fox jumps over it "):rep(50) .. "end"

local function run(repetitions)
  for _ = 1, repetitions do
    local fields, length = split(line, 32), 0
    for _, field in ipairs(fields) do length = length + #field end
    if #fields ~= 351 or length ~= 1353 then return false end
  end
  return true
end

local size = tonumber(arg[1] or "4000")
if not run(size) then
  print("WRONG string-split " .. size)
  os.exit(1)
end
print("ok string-split " .. size)
