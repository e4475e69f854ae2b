-- Makes a worker the owner of a room, if the owner is still the one that was read before: compare-and-set, so that a
-- claim which its worker has given up and which arrives late takes the room from no one.
-- 'worker' and 'saved_at' say whose clock ran until when; they change with the first save.
--
-- KEYS     state, deck, log, owner of the room
-- ARGV     TTL in seconds, worker, value of the owner key as read before ('' if missing)
-- Returns  false if there is no such room, 0 if it has another owner by now,
--          else {epoch, revision, worker, saved_at, state, deck, log entries}

local owner = redis.call('GET', KEYS[4]) or ''
local found = redis.call('HMGET', KEYS[1], 'worker', 'saved_at', 'revision', 'state', 'epoch')
if not found[4] then return false end
if owner ~= ARGV[3] then return 0 end
local epoch = math.max(tonumber(found[5]), tonumber(string.match(owner, '^%d+') or 0)) + 1
redis.call('HSET', KEYS[1], 'epoch', epoch)
redis.call('SET', KEYS[4], epoch .. ' ' .. ARGV[2])
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[1]) end
return {epoch, tonumber(found[3]), found[1], tonumber(found[2]), found[4],
        redis.call('GET', KEYS[2]), redis.call('LRANGE', KEYS[3], 0, -1)}
