-- Deletes a room and leaves a tombstone, which fences off saves that arrive late. Follows fence.lua.
--
-- KEYS     state, deck, log, owner of the room
-- ARGV     TTL of the tombstone in seconds, epoch, revision
-- Returns  1

redis.call('DEL', unpack(KEYS))
redis.call('HSET', KEYS[1], 'epoch', mine, 'revision', next)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
