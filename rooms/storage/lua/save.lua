-- Writes a room: its latest state, and what was added to its deck and log. Follows fence.lua.
--
-- KEYS     state, deck, log, owner of the room
-- ARGV     TTL in seconds, epoch, revision, and eight fields, each with its length as four bytes in front: worker,
--          saved_at, state, summary, deck ('' if unchanged), log ('' if nothing was added), '1' if that is the whole
--          log, the last revision that the worker knows to be written. Packed, for parsing eight arguments takes Redis
--          longer than the rest.
-- Returns  1, or 2 if Redis had lost the room or has come back with an older copy

local worker, saved_at, state, facts, deck, log, is_whole, known =
    struct.unpack('>I4c0I4c0I4c0I4c0I4c0I4c0I4c0I4c0', ARGV[4])
redis.call('HSET', KEYS[1], 'epoch', mine, 'revision', next, 'worker', worker, 'saved_at', saved_at,
           'state', state, 'facts', facts)
redis.call('SET', KEYS[4], mine .. ' ' .. worker)
if deck ~= '' then redis.call('SET', KEYS[2], deck) end
if is_whole == '1' then redis.call('DEL', KEYS[3]) end
if log ~= '' then redis.call('RPUSH', KEYS[3], log) end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[1]) end
return (epoch < mine or revision < tonumber(known)) and 2 or 1
