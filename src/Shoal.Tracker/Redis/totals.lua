-- What all swarms of one tag hold: peers by kind (4s, 4l, ds, dl, 6s, 6l), and about how many swarms there are.
--
-- KEYS[1]  the tag
local call = redis.call
local tag = KEYS[1]
local current = math.floor(tonumber(call('TIME')[1]) / PERIOD)
local sums, sketches = { 0, 0, 0, 0, 0, 0 }, {}
for age = 0, GENERATIONS - 1 do
    local digit = (current - age) % 10
    local counts = call('HMGET', tag .. 'n' .. digit, '4s', '4l', 'ds', 'dl', '6s', '6l')
    for i = 1, #sums do sums[i] = sums[i] + tonumber(counts[i] or 0) end
    sketches[#sketches + 1] = tag .. 'h' .. digit
end
sums[#sums + 1] = call('PFCOUNT', unpack(sketches))
return sums
