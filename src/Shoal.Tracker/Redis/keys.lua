-- The keys of a private tracker that nodes share: a hash from the SHA-256 of a key to what is known of it, and the
-- number of its changes.
--
-- KEYS[1]  what both names begin with
-- ARGV[1]  what to do: list, put, add (unless it is there) or remove
local call = redis.call
local keys, changes, gone = KEYS[1] .. 'keys', KEYS[1] .. 'v', KEYS[1] .. 'gone'
local op = ARGV[1]

-- ARGV[2] the number that is known. Returns the number, and the keys when it is another one.
if op == 'list' then
    local number = call('GET', changes) or '0'
    if number == ARGV[2] then return { number } end
    return { number, call('HGETALL', keys) }
end

local done = 0
if op == 'put' then
    if call('HLEN', keys) >= MAX_KEYS then return -1 end
    call('HSET', keys, ARGV[2], ARGV[3])
    done = 1
elseif op == 'add' then
    if call('SISMEMBER', gone, ARGV[2]) == 0 then done = call('HSETNX', keys, ARGV[2], ARGV[3]) end
else
    done = call('HDEL', keys, ARGV[2])
    -- A node that has not heard of it yet must not bring the key back to a Redis that lost everything.
    call('SADD', gone, ARGV[2])
    call('EXPIRE', gone, GONE_LIFETIME)
end
-- The number is never one that was there before Redis lost everything: nodes would take its keys for known.
if done > 0 then
    if call('EXISTS', changes) == 0 then call('SET', changes, call('TIME')[1] .. '000') end
    call('INCR', changes)
end
return done
