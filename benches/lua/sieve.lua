-- sieve.lua: the same work as programs/sieve.scm.

local limit = 100000

local function count_primes()
  local composite = {}
  for i = 1, limit do composite[i] = false end
  local count = 0
  for candidate = 2, limit do
    if not composite[candidate] then
      for multiple = candidate + candidate, limit, candidate do
        composite[multiple] = true
      end
      count = count + 1
    end
  end
  return count
end

local function run(repetitions)
  for _ = 1, repetitions do
    if count_primes() ~= 9592 then return false end
  end
  return true
end

local size = tonumber(arg[1] or "200")
if not run(size) then
  print("WRONG sieve " .. size)
  os.exit(1)
end
print("ok sieve " .. size)
