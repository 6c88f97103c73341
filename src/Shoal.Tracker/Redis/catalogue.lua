-- The catalogue that nodes share. Each call is one indivisible step; what lies where is told in CatalogueKeys.cs.
--
-- KEYS[1]  what all names begin with
-- ARGV[1]  what to do, one of the functions of ops; the rest are its arguments, told at each
local call, sub, find = redis.call, string.sub, string.find
local base = KEYS[1]

-- Notes that something has changed, for the copies that the nodes have: f the file's own words, t its torrent, e an
-- endpoint, d that the file is gone. What it is now is looked up by whoever asks.
local function change(kind, hash, who)
    local number = string.format('%d', call('INCR', base .. 'v'))
    call('XADD', base .. 'log', 'MAXLEN', '~', MAX_LOG, number .. '-0', kind, hash, 'w', who or '')
end

-- A file without an endpoint waits to be looked at, those that were never looked at first.
local function settle(hash)
    if call('HGET', base .. 'f' .. hash, 'k') == '1' or call('EXISTS', base .. 'e' .. hash) == 1 then
        call('ZREM', base .. 'b', hash)
    else
        call('ZADD', base .. 'b', 'NX', 0, hash)
    end
end

local function forget(hash, who)
    call('HDEL', base .. 'e' .. hash, who)
    call('ZREM', base .. 'x', hash .. ' ' .. who)
    call('SREM', base .. 'w' .. who, hash)
end

local function drop(hash)
    for _, who in ipairs(call('HKEYS', base .. 'e' .. hash)) do forget(hash, who) end
    call('DECRBY', base .. 'count', call('HLEN', base .. 'n' .. hash))
    for _, kind in ipairs({ 'f', 'n', 'g', 't' }) do call('DEL', base .. kind .. hash) end
    call('SREM', base .. 'all', hash)
    call('ZREM', base .. 'b', hash)
    change('d', hash)
end

local function putEndPoint(hash, who, expires, chunks)
    local endPoints = base .. 'e' .. hash
    if call('HEXISTS', endPoints, who) == 0 and call('HLEN', endPoints) >= MAX_END_POINTS then
        return TOO_MANY_END_POINTS
    end
    call('HSET', endPoints, who, expires .. ' ' .. chunks)
    call('ZADD', base .. 'x', expires, hash .. ' ' .. who)
    call('SADD', base .. 'w' .. who, hash)
    change('e', hash, who)
    return STORED
end

local function differ(known, given)
    return known ~= '' and given ~= '' and known ~= given
end

-- Why a registration cannot be, and whether it brings a name.
local function judge(known, hash, size, chunk, v1, v2, any, name, max)
    local names, full = base .. 'n' .. hash, tonumber(call('GET', base .. 'count') or 0) >= max
    if not known[1] then return full and FULL or STORED, true end
    if known[1] ~= size then return SIZE_DIFFERS end
    if known[2] ~= chunk and any ~= '1' then return CHUNK_SIZE_DIFFERS end
    if differ(known[3], v1) or differ(known[4], v2) then return INFO_HASH_DIFFERS end
    if call('HEXISTS', names, name) == 1 then return STORED, false end
    if call('HLEN', names) >= MAX_NAMES then return TOO_MANY_NAMES end
    return full and FULL or STORED, true
end

-- Fills in what was not known of a file; true when there was something.
local function complete(file, known, v1, v2, piece, pinned)
    local isNew = false
    local function set(field, value)
        call('HSET', file, field, value)
        isNew = true
    end
    if known[3] == '' and v1 ~= '' then set('1', v1) end
    if known[4] == '' and v2 ~= '' then set('2', v2) end
    if tonumber(piece) > tonumber(known[5]) then set('p', piece) end
    if pinned == '1' and known[6] ~= '1' then set('k', pinned) end
    return isNew
end

local function registerOne(now, max, at)
    local hash, size, chunk, v1, v2 = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
    local piece, pinned, any, name, who = ARGV[at + 5], ARGV[at + 6], ARGV[at + 7], ARGV[at + 8], ARGV[at + 9]
    local chunks, expires, torrent, added = ARGV[at + 10], ARGV[at + 11], ARGV[at + 12], ARGV[at + 13]
    local file = base .. 'f' .. hash
    local known = call('HMGET', file, 's', 'c', '1', '2', 'p', 'k')
    local status, isNewName = judge(known, hash, size, chunk, v1, v2, any, name, max)
    if status ~= STORED then return { status, 0 } end
    local isChanged = isNewName
    if not known[1] then
        call('HSET', file, 's', size, 'c', chunk, '1', v1, '2', v2, 'p', piece, 'k', pinned, 'a', added, 'n', now)
        call('SADD', base .. 'all', hash)
    else
        isChanged = complete(file, known, v1, v2, piece, pinned) or isChanged
        call('HSET', file, 'n', now)
    end
    if isNewName then
        call('HSET', base .. 'n' .. hash, name, call('INCR', base .. 'id'))
        call('INCR', base .. 'count')
    end
    local tags = base .. 'g' .. hash
    for i = at + 15, at + 14 + tonumber(ARGV[at + 14]) do
        if call('SCARD', tags) >= MAX_TAGS then break end
        if call('SADD', tags, ARGV[i]) == 1 then isChanged = true end
    end
    if isChanged then change('f', hash) end
    if torrent ~= '' then
        call('SET', base .. 't' .. hash, torrent)
        change('t', hash)
    end
    if who ~= '' then status = putEndPoint(hash, who, expires, chunks) end
    settle(hash)
    return { status, call('HLEN', base .. 'e' .. hash) }
end

local function describe(hash)
    return {
        hash, call('HMGET', base .. 'f' .. hash, 's', 'c', '1', '2', 'p', 'k', 'a'),
        call('HGETALL', base .. 'n' .. hash), call('SMEMBERS', base .. 'g' .. hash),
        call('EXISTS', base .. 't' .. hash),
    }
end

local function describeAll(hash)
    local all = describe(hash)
    all[#all + 1] = call('HGETALL', base .. 'e' .. hash)
    return all
end

local ops = {}

-- Now, names at the most, number of registrations, and of each: hash, size, chunk size, info-hashes, piece size,
-- pinned, takes any chunk size, name, endpoint, its chunks, when it ends, torrent, added, number of tags, tags.
-- Returns of each its status and the number of endpoints.
function ops.register()
    local results, at = {}, 5
    for i = 1, tonumber(ARGV[4]) do
        results[i] = registerOne(ARGV[2], tonumber(ARGV[3]), at)
        at = at + 15 + tonumber(ARGV[at + 14])
    end
    return results
end

-- Now, hash, endpoint, the chunks that it is thought to hold, those that it is to hold, when it ends. Returns a status,
-- or -2 for no such file, or -1 and what it holds instead.
function ops.chunks()
    local hash, who = ARGV[3], ARGV[4]
    if call('EXISTS', base .. 'f' .. hash) == 0 then return { -2 } end
    local held = call('HGET', base .. 'e' .. hash, who)
    held = held and sub(held, find(held, ' ', 1, true) + 1) or ''
    if held ~= ARGV[5] then return { -1, held } end
    local status = putEndPoint(hash, who, ARGV[7], ARGV[6])
    if status == STORED then call('HSET', base .. 'f' .. hash, 'n', ARGV[2]) end
    settle(hash)
    return { status }
end

-- Endpoint, hash or nothing for all. Returns hash and first name of each that it left.
function ops.leave()
    local who, left = ARGV[2], {}
    for _, hash in ipairs(call('SMEMBERS', base .. 'w' .. who)) do
        if ARGV[3] == '' or ARGV[3] == hash then
            local names, first, least = call('HGETALL', base .. 'n' .. hash), '', math.huge
            for i = 1, #names, 2 do
                if tonumber(names[i + 1]) < least then first, least = names[i], tonumber(names[i + 1]) end
            end
            left[#left + 1] = hash
            left[#left + 1] = first
            forget(hash, who)
            change('e', hash, who)
            settle(hash)
            if call('ZSCORE', base .. 'b', hash) and call('EXISTS', base .. 't' .. hash) == 0 then drop(hash) end
        end
    end
    return left
end

-- Hash, info-hashes, piece size, torrent. Returns 1, or 0 for no such file.
function ops.attach()
    local hash, file = ARGV[2], base .. 'f' .. ARGV[2]
    local known = call('HMGET', file, '1', '2')
    if not known[1] then return 0 end
    if known[1] == '' then call('HSET', file, '1', ARGV[3]) end
    if known[2] == '' then call('HSET', file, '2', ARGV[4]) end
    call('HSET', file, 'p', ARGV[5])
    call('SET', base .. 't' .. hash, ARGV[6])
    change('f', hash)
    change('t', hash)
    return 1
end

-- Hash. Returns 1, or 0 for no such file.
function ops.delete()
    if call('EXISTS', base .. 'f' .. ARGV[2]) == 0 then return 0 end
    drop(ARGV[2])
    return 1
end

-- Now, how many. Returns the number of endpoints whose time was over.
function ops.expire()
    local over = call('ZRANGEBYSCORE', base .. 'x', '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
    for _, each in ipairs(over) do
        local space = find(each, ' ', 1, true)
        local hash, who = sub(each, 1, space - 1), sub(each, space + 1)
        forget(hash, who)
        change('e', hash, who)
        settle(hash)
    end
    return #over
end

-- Until when looked at, how many. Returns files without endpoint, each with its info-hashes.
function ops.bare()
    local all = {}
    for _, hash in ipairs(call('ZRANGEBYSCORE', base .. 'b', '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])) do
        local known = call('HMGET', base .. 'f' .. hash, '1', '2')
        all[#all + 1] = hash
        all[#all + 1] = known[1] or ''
        all[#all + 1] = known[2] or ''
    end
    return all
end

-- Now, since when a file may have been without source, and of each its hash and 1 when its swarm has peers. Returns how
-- many are gone.
function ops.judge()
    local gone = 0
    for i = 4, #ARGV, 2 do
        local hash = ARGV[i]
        if call('ZSCORE', base .. 'b', hash) then
            if ARGV[i + 1] == '1' then call('HSET', base .. 'f' .. hash, 'n', ARGV[2]) end
            local seen = tonumber(call('HGET', base .. 'f' .. hash, 'n') or 0)
            local isOld = seen <= tonumber(ARGV[3]) or call('EXISTS', base .. 't' .. hash) == 0
            if ARGV[i + 1] ~= '1' and isOld then
                drop(hash)
                gone = gone + 1
            else
                call('ZADD', base .. 'b', ARGV[2], hash)
            end
        end
    end
    return gone
end

-- Cursor. Returns the next one, and some files whole.
function ops.load()
    local page = call('SSCAN', base .. 'all', ARGV[2], 'COUNT', LOAD_PAGE)
    local files = { page[1] }
    for _, hash in ipairs(page[2]) do files[#files + 1] = describeAll(hash) end
    return files
end

-- Hash. Returns the file whole, or nothing.
function ops.read()
    return call('EXISTS', base .. 'f' .. ARGV[2]) == 1 and describeAll(ARGV[2]) or {}
end

-- Hash. Returns the torrent, or nothing.
function ops.torrent()
    return { call('GET', base .. 't' .. ARGV[2]) }
end

-- The last change that is known. Returns the last one there is; 1 when those between cannot be told, else 0; and of
-- each its number, kind, hash, endpoint and what it is now.
function ops.changes()
    local last, known = tonumber(call('GET', base .. 'v') or 0), tonumber(ARGV[2])
    local all = { last, 0 }
    if last == known then return all end
    local log = last > known and call('XRANGE', base .. 'log', string.format('%d-0', known + 1), '+', 'COUNT', MAX_PULL)
        or {}
    if #log == 0 or log[1][1] ~= string.format('%d-0', known + 1) then return { last, 1 } end
    local bytes = 0
    for _, entry in ipairs(log) do
        local number, kind, hash, who, now = entry[1], entry[2][1], entry[2][2], entry[2][4], ''
        if kind == 'f' then now = call('EXISTS', base .. 'f' .. hash) == 1 and describe(hash) or {}
        elseif kind == 'e' then now = call('HGET', base .. 'e' .. hash, who) or '' end
        all[#all + 1] = { sub(number, 1, -3), kind, hash, who, now }
        bytes = bytes + (kind == 'e' and #now or 0)
        if bytes > MAX_PULL_BYTES then break end
    end
    return all
end

return ops[ARGV[1]]()
