-- Creates a room that no worker owns, unless its code is taken.
--
-- KEYS     state, deck, log, owner of the room
-- ARGV     TTL in seconds, time in ms, state, summary
-- Returns  1, or 0 if the code is taken

if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
redis.call('HSET', KEYS[1], 'epoch', 0, 'revision', 0, 'worker', '', 'saved_at', ARGV[2],
           'state', ARGV[3], 'facts', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
