-- matmul.lua: the same work as programs/matmul.scm.

local function make_matrix(n, entry)
  local rows = {}
  for i = 0, n - 1 do
    local row = {}
    for j = 0, n - 1 do row[j] = entry(i, j) end
    rows[i] = row
  end
  return rows
end

local function multiply(n, a, b)
  return make_matrix(n, function(i, j)
    local row, sum = a[i], 0.0
    for k = 0, n - 1 do sum = sum + row[k] * b[k][j] end
    return sum
  end)
end

local function run(n)
  local a = make_matrix(n, function(i, j) return i + j + 0.0 end)
  local b = make_matrix(n, function(i, j) return i == j and 2.0 or 1.0 end)
  local product = multiply(n, a, b)
  for i = 0, n - 1 do
    local j = i * 7 % n
    if product[i][j] ~= n * i + n * (n - 1) // 2 + i + j then return false end
  end
  return true
end

local size = tonumber(arg[1] or "300")
if not run(size) then
  print("WRONG matmul " .. size)
  os.exit(1)
end
print("ok matmul " .. size)
