-- The head of save.lua and close.lua: refuses a write that was delayed, or that comes from a worker which has lost the
-- room, so that it cannot undo a newer one.
--
-- KEYS     state, deck, log, owner of the room
-- ARGV     TTL in seconds, epoch and revision of the write
-- Returns  0 if the room's owner or state has a later epoch, or the same epoch and as late a revision

local have = redis.call('HMGET', KEYS[1], 'epoch', 'revision')
local epoch, revision = tonumber(have[1] or -1), tonumber(have[2] or -1)
local mine, next = tonumber(ARGV[2]), tonumber(ARGV[3])
local owner = tonumber(string.match(redis.call('GET', KEYS[4]) or '', '^%d+') or -1)
if owner > mine or epoch > mine or (epoch == mine and revision >= next) then return 0 end
