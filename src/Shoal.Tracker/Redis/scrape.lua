-- The figures of one swarm: seeds, downloads, leeches, and those of the leeches that have all they want (BEP 21).
--
-- KEYS[1]  the swarm: {tag} and info-hash
local call = redis.call
local base = KEYS[1]
local current = math.floor(tonumber(call('TIME')[1]) / PERIOD)

local function sum(kinds)
    local all = 0
    for _, kind in ipairs(kinds) do
        for age = 0, GENERATIONS - 1 do all = all + call('HLEN', base .. kind .. (current - age) % 10) end
    end
    return all
end

return { sum({ '4s', '6s' }), tonumber(call('GET', base .. 'c') or 0), sum({ '4l', '6l' }), sum({ 'q' }) }
