-- Lists, refreshes or removes one peer of one swarm and chooses others for it, as one indivisible step.
-- What lies where, and why nothing here walks a swarm, is told in docs/decisions and in RedisKeys.cs.
--
-- KEYS[1]  the swarm: {tag} and info-hash
-- ARGV[1]  place of the peer on the wire: 6 bytes of IPv4 or 18 of IPv6
-- ARGV[2]  identity of the client, 4 bytes; empty when it tells none
-- ARGV[3]  letters: role (s seed, l leech, - stops, ? is not to be listed), p partial, w leeches only,
--          4 and 6 families wanted, a addresses of the peer do not reach everywhere, f those of others need not
-- ARGV[4]  peers wanted; ARGV[5] a number from 0 to below DICE
-- ARGV[6]  public address of its household, empty when it has none; ARGV[7] private address and port, or empty
--
-- Returns status, seeds, leeches, downloads, and then peers: IPv4 seeds, IPv4 leeches, IPv6 seeds, IPv6 leeches and
-- neighbours.
local call, sub, find = redis.call, string.sub, string.find
local base, self, identity, letters = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local role = sub(letters, 1, 1)
local wanted, dice = tonumber(ARGV[4]), tonumber(ARGV[5]) / DICE
local isV4 = #self == 6
local now = tonumber(call('TIME')[1])
local current = math.floor(now / PERIOD)

-- Peers lie by generation, kind and role, and a generation ends as a whole. Generations are told apart by a digit.
local count, sums = {}, { ['4s'] = 0, ['4l'] = 0, ['ds'] = 0, ['dl'] = 0, ['6s'] = 0, ['6l'] = 0 }
for age = 0, GENERATIONS - 1 do
    local digit = (current - age) % 10
    for kind, sum in pairs(sums) do
        local name = base .. kind .. digit
        local n = call('HLEN', name)
        count[name] = n
        sums[kind] = sum + n
    end
end

local tag = sub(base, 1, TAG_LENGTH)

local function endOf(age)
    return (current - age + 1) * PERIOD + LIFETIME
end

-- Sets a field of a hash that goes with its generation.
local function mark(name, age, field, value)
    if call('HSET', name, field, value) == 1 and call('HLEN', name) == 1 then call('EXPIREAT', name, endOf(age)) end
end

local function isMarkedPartial(kind, text)
    return sub(text, 1, 1) == 'p' and sub(kind, 1, 1) ~= 'd'
end

local function take(kind, age, place, text)
    local digit = (current - age) % 10
    local name = base .. kind .. digit
    call('HDEL', name, place)
    count[name] = count[name] - 1
    sums[kind] = sums[kind] - 1
    if isMarkedPartial(kind, text) then call('HDEL', base .. 'q' .. digit, place) end
    if kind == '6s' or kind == '6l' then call('HDEL', base .. 'i' .. digit, sub(text, 2)) end
    call('HINCRBY', tag .. 'n' .. digit, kind, -1)
end

local function put(kind, age, place, text)
    local digit = (current - age) % 10
    local name = base .. kind .. digit
    mark(name, age, place, text)
    count[name] = count[name] + 1
    sums[kind] = sums[kind] + 1
    if isMarkedPartial(kind, text) then mark(base .. 'q' .. digit, age, place, '') end
    if #text > 1 and (kind == '6s' or kind == '6l') then mark(base .. 'i' .. digit, age, sub(text, 2), '') end
    if call('HINCRBY', tag .. 'n' .. digit, kind, 1) == 1 then call('EXPIREAT', tag .. 'n' .. digit, endOf(age)) end
    if call('PFADD', tag .. 'h' .. digit, base) == 1 then call('EXPIREAT', tag .. 'h' .. digit, endOf(age)) end
end

local function look(kind)
    if sums[kind] == 0 then return nil end
    for age = 0, GENERATIONS - 1 do
        local name = base .. kind .. (current - age) % 10
        local text = count[name] > 0 and call('HGET', name, self)
        if text then return text, kind, age end
    end
end

local function knowsV6(client)
    if client == '' or sums['6s'] + sums['6l'] == 0 then return false end
    for age = 0, GENERATIONS - 1 do
        if call('HEXISTS', base .. 'i' .. (current - age) % 10, client) == 1 then return true end
    end
    return false
end

-- An IPv4 peer that turns out to have an IPv6 place too is counted by that one. In a large swarm it is found out when
-- it announces the next time; a small one may be walked.
local function joinV4()
    if identity == '' or sums['4s'] + sums['4l'] > MAX_WALK then return end
    for age = 0, GENERATIONS - 1 do
        for _, letter in ipairs({ 's', 'l' }) do
            local name = base .. '4' .. letter .. (current - age) % 10
            local rows = count[name] > 0 and call('HGETALL', name) or {}
            for i = 1, #rows, 2 do
                if sub(rows[i + 1], 2) == identity then
                    take('4' .. letter, age, rows[i], rows[i + 1])
                    put('d' .. letter, age, rows[i], rows[i + 1])
                    return
                end
            end
        end
    end
end

local status = 0
local text, kind, age
for _, each in ipairs(isV4 and { '4s', '4l', 'ds', 'dl' } or { '6s', '6l' }) do
    text, kind, age = look(each)
    if text then break end
end
if role == '?' and text then role = sub(kind, 2) end

local rows = 0
for _, n in pairs(sums) do rows = rows + n end
local downloads = base .. 'c'
if role == '-' then
    if text then take(kind, age, self, text) end
elseif not text and rows >= MAX_PEERS then
    status = 1
elseif role ~= '?' then
    local target = (isV4 and (knowsV6(identity) and 'd' or '4') or '6') .. role
    local fresh = (find(letters, 'p', 2, true) and 'p' or '-') .. identity
    -- A download over both families ends once: the IPv4 place of a client that has both does not tell of it.
    if text and role == 's' and sub(kind, 2) == 'l' and target ~= 'ds' then call('INCR', downloads) end
    if not (text == fresh and kind == target and age == 0) then
        if text then take(kind, age, self, text) end
        put(target, 0, self, fresh)
        if not isV4 and not text then joinV4() end
        call('EXPIRE', downloads, DOWNLOADS_LIFETIME)
        if find(letters, 'a', 2, true) then call('SET', base .. 'a', '', 'EXAT', endOf(0)) end
    end
end

local household, neighbours = ARGV[6], ''
if household ~= '' then
    local name = base .. 'r' .. household
    if ARGV[7] ~= '' then
        if role == '-' then
            call('HDEL', name, ARGV[7])
        elseif call('HLEN', name) < MAX_HOUSEHOLD then
            call('HSET', name, ARGV[7], '')
            call('EXPIRE', name, LIFETIME)
        end
    end
    if role ~= '-' and wanted > 0 then neighbours = table.concat(call('HKEYS', name)) end
end

local seeds, leeches = sums['4s'] + sums['6s'], sums['4l'] + sums['6l']
local done = tonumber(call('GET', downloads) or 0)
if role == '-' or wanted == 0 then return { status, seeds, leeches, done, '', '', '', '', neighbours } end

-- Whoever is out of reach is left out afterwards, so more are drawn; and one more for the announcer himself.
local looks = 1
if find(letters, 'f', 2, true) and call('EXISTS', base .. 'a') == 1 then looks = LOOKS end

-- Takes of each part what is due to it, so that every peer has the same chance, whichever part it lies in.
local function draw(output, kinds, available, most)
    if available == 0 or most <= 0 then return end
    local sum, taken = 0, 0
    for _, each in ipairs(kinds) do
        for age = 0, GENERATIONS - 1 do
            local name = base .. each .. (current - age) % 10
            local n = count[name]
            if n > 0 then
                sum = sum + n
                local due = most >= available and sum or math.floor(sum * most / available + dice)
                local some = math.min(n, due - taken)
                if some == n then
                    output[#output + 1] = table.concat(call('HKEYS', name))
                elseif some > 0 then
                    output[#output + 1] = table.concat(call('HRANDFIELD', name, some))
                end
                taken = due
            end
        end
    end
end

local function choose(seedKinds, leechKinds, room)
    if room <= 0 then return '', '' end
    local s, l = 0, 0
    for _, each in ipairs(seedKinds) do s = s + sums[each] end
    for _, each in ipairs(leechKinds) do l = l + sums[each] end
    if find(letters, 'w', 2, true) then s = 0 end
    local first, second = {}, {}
    room = room * looks + 1
    local fromSeeds = math.min(s, math.max(math.floor(room / 2), room - l))
    draw(first, seedKinds, s, fromSeeds)
    draw(second, leechKinds, l, math.min(l, room - fromSeeds))
    return table.concat(first), table.concat(second)
end

local room4 = find(letters, '4', 2, true) and wanted or 0
local room6 = find(letters, '6', 2, true) and wanted or 0
if room4 > 0 and room6 > 0 then
    -- Most are of the announcer's own family, which it can surely reach; a quarter of the other, which it may.
    local all4 = sums['4s'] + sums['4l'] + sums['ds'] + sums['dl']
    local all6 = sums['6s'] + sums['6l']
    local own, other = isV4 and all4 or all6, isV4 and all6 or all4
    other = math.min(other, math.max(math.floor(wanted / 4), wanted - own))
    if isV4 then room4, room6 = wanted - other, other else room4, room6 = other, wanted - other end
end
local seeds4, leeches4 = choose({ '4s', 'ds' }, { '4l', 'dl' }, room4)
local seeds6, leeches6 = choose({ '6s' }, { '6l' }, room6)
return { status, seeds, leeches, done, seeds4, leeches4, seeds6, leeches6, neighbours }
