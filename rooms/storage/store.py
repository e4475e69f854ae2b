"""What Redis keeps of a room, and the few scripts that write it.

``pf:{CODE}:owner`` is ``EPOCH WORKER``: who has the room, nobody where the worker is missing. ``:state`` is a hash:
``state`` and ``summary`` as bytes, ``epoch`` and ``revision`` that say whose word counts, ``worker`` and ``saved_at``
that say until when the room's clock ran. ``:deck`` and ``:log`` stand beside it, and ``:seat:…`` are one-time links.
The tag in braces keeps them in one slot of a cluster; no script touches two rooms. ``pf:rooms`` and
``pf:rooms:summary`` are the index of all rooms.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import NoScriptError

from rooms.storage.redis_client import REDIS_ERRORS

ROOM_TTL_S = 2 * 3600
TOMBSTONE_TTL_S = 60
INDEX = "pf:rooms"
SUMMARIES = "pf:rooms:summary"

_CREATE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
redis.call('HSET', KEYS[1], 'epoch', 0, 'revision', 0, 'worker', '', 'saved_at', ARGV[2],
           'state', ARGV[3], 'facts', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""

# It names the owner that was read before: a claim that was given up and is carried out late takes the room from nobody.
# Until when the clock ran, and by whose, is left as it is: that changes with the first write.
_CLAIM = """
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
"""

# A write that was delayed, or that comes from a worker that has lost the room, must not undo a newer one.
_FENCE = """
local have = redis.call('HMGET', KEYS[1], 'epoch', 'revision')
local epoch, revision = tonumber(have[1] or -1), tonumber(have[2] or -1)
local mine, next = tonumber(ARGV[2]), tonumber(ARGV[3])
local owner = tonumber(string.match(redis.call('GET', KEYS[4]) or '', '^%d+') or -1)
if owner > mine or epoch > mine or (epoch == mine and revision >= next) then return 0 end
"""

# What is written comes as one argument: to put each part on the wire by itself takes longer than to make it.
_SAVE = (
    _FENCE
    + """
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
"""
)

_CLOSE = (
    _FENCE
    + """
redis.call('DEL', unpack(KEYS))
redis.call('HSET', KEYS[1], 'epoch', mine, 'revision', next)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""
)

CLAIM_LOST = 0

FENCED = 0
SAVED = 1
RECREATED = 2


class RoomSummary(msgspec.Struct, frozen=True, rename="camel"):
    """What lists and public pages say about a room. ``host_session`` is a hash and goes to nobody.

    ``scores`` are the teams' names and points, ``active_at_ms`` is when somebody last did something, ``worker`` who has
    written this, ``creator_id`` the account that made the room. Fields with a
    default are missing from rooms that an older version has written.
    """

    room_id: str
    state: str
    player_count: int
    max_players: int
    joinable: bool
    host_id: str
    host_name: str
    host_session: str
    connected_count: int = 0
    is_host_connected: bool = False
    player_names: tuple[str, ...] = ()
    round_number: int = 0
    scores: tuple[tuple[str, int], ...] = ()
    created_at_ms: int = 0
    active_at_ms: int = 0
    worker: str = ""
    creator_id: int | None = None


class Save(msgspec.Struct, frozen=True):
    """One write of a room: the latest state, and what was added to deck and log.

    ``deck`` is None when it has not changed, ``log`` when nothing happened. ``log`` holds what followed the last save,
    with ``whole_log`` all there is. ``deck_serial`` and ``log_sequence_id`` say how far this brings Redis.
    ``known_revision`` is the last write that Redis has confirmed: where it has an older one, it has lost something.
    """

    code: str
    epoch: int
    revision: int
    known_revision: int
    worker: str
    saved_at_ms: int
    state: bytes
    summary: bytes
    deck: bytes | None
    log: bytes | None
    whole_log: bool
    deck_serial: int
    log_sequence_id: int


class Tombstone(msgspec.Struct, frozen=True):
    """The end of a room. A trace of it stays for a minute, so that a write that was delayed finds no empty place."""

    code: str
    epoch: int
    revision: int


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who has a room: ``worker`` as of ``epoch``, "" for nobody. ``key`` is the owner key as it was, for `claim`."""

    epoch: int
    worker: str
    key: bytes


@dataclass(frozen=True, slots=True)
class StoredRoom:
    """A room as Redis had it. ``frozen_at_ms`` is until when its clock ran, by the clock of its last worker."""

    epoch: int
    revision: int
    frozen_at_ms: int
    state: bytes
    deck: bytes | None
    log: list[bytes]


class Store:
    """The rooms in Redis, as one worker sees them. Every method raises redis-py's `RedisError` when Redis is away.

    ``worker`` is the name of one start of a worker.
    """

    def __init__(self, redis: "Redis", worker: str) -> None:
        self.redis = redis
        self.worker = worker

    async def create(self, summary: RoomSummary, state: bytes, now_ms: int) -> bool:
        """Put a new room down, owned by nobody; False if its code is taken."""
        code, told = summary.room_id, msgspec.json.encode(summary)
        is_new = await self.redis.eval(_CREATE, 4, *room_keys(code), str(ROOM_TTL_S), str(now_ms), state, told)
        if not is_new:
            return False
        await self.redis.zadd(INDEX, {code: now_ms})
        await self.redis.hset(SUMMARIES, code, told)
        return True

    async def ownership(self, code: str) -> Ownership | None:
        """Who has the room; None if there is no such room."""
        state, _, _, owner = room_keys(code)
        pipeline = self.redis.pipeline(transaction=False)
        pipeline.hmget(state, "state", "epoch", "worker")
        pipeline.get(owner)
        (is_there, epoch, worker), key = await pipeline.execute()
        if is_there is None:
            return None
        if key is None:
            # Its holder makes it again with the next write; until then the last one who wrote has the room.
            return Ownership(int(epoch), worker.decode(), b"")
        return Ownership(*_parsed(key), key)

    async def owners(self, codes: Sequence[str]) -> dict[str, tuple[int, str] | None]:
        """Epoch and worker of each room; None where the key is missing."""
        pipeline = self.redis.pipeline(transaction=False)
        for code in codes:
            pipeline.get(room_keys(code)[3])
        keys = await pipeline.execute() if codes else []
        return {code: None if key is None else _parsed(key) for code, key in zip(codes, keys, strict=True)}

    async def claim(self, code: str, before: Ownership) -> StoredRoom | None:
        """Take a room over from ``before``: its epoch grows, and what other workers still write of it is refused.

        None if the room is gone, or somebody else's by now.
        """
        found = await self.redis.eval(_CLAIM, 4, *room_keys(code), str(ROOM_TTL_S), self.worker, before.key)
        if found is None or found == CLAIM_LOST:
            return None
        epoch, revision, worker, saved_at_ms, state, deck, log = found
        seen = await self.redis.get(last_seen_key(worker.decode())) if worker else None
        return StoredRoom(epoch, revision, max(int(saved_at_ms), int(seen or 0)), state, deck, log)

    async def write(self, writes: Iterable[Save | Tombstone]) -> list[int | Exception]:
        """Carry all of them out; for each `FENCED`, `SAVED`, `RECREATED` or what went wrong.

        In one round trip, or two where Redis does not know the scripts.
        """
        every = list(writes)
        results = await self._write(every, BY_SHA)
        unknown = [at for at, result in enumerate(results) if isinstance(result, NoScriptError)]
        if unknown:
            # Redis has started anew, or another one has taken its place: it is told the scripts once more.
            again: list[Any]
            try:
                again = await self._write([every[at] for at in unknown], BY_SOURCE)
            except REDIS_ERRORS as error:
                again = [error] * len(unknown)
            for at, result in zip(unknown, again, strict=True):
                results[at] = result
        return [result if isinstance(result, Exception) else int(result) for result in results]

    async def _write(self, every: Sequence[Save | Tombstone], scripts: "_Scripts") -> list[Any]:
        saves = {write.code: write for write in every if isinstance(write, Save)}
        closes = [write.code for write in every if isinstance(write, Tombstone)]
        pipeline = self.redis.pipeline(transaction=False)
        for write in every:
            _enqueue(pipeline, write, scripts)
        if saves:
            pipeline.zadd(INDEX, {code: save.saved_at_ms for code, save in saves.items()})
            pipeline.hset(SUMMARIES, items=[item for save in saves.values() for item in (save.code, save.summary)])
        if closes:
            pipeline.zrem(INDEX, *closes)
            pipeline.hdel(SUMMARIES, *closes)
        return (await pipeline.execute(raise_on_error=False))[: len(every)]

    async def summary(self, code: str) -> RoomSummary | None:
        """What is told about a room, None if there is none."""
        told = await self.redis.hget(room_keys(code)[0], "facts")
        return None if told is None else msgspec.json.decode(told, type=RoomSummary)

    async def sweep(self, now_ms: int) -> None:
        """Take rooms out of the index that have expired."""
        found = await self.redis.zrange(INDEX, "-inf", str(now_ms - ROOM_TTL_S * 1000), byscore=True)
        old = [code.decode() for code in cast(list[bytes], found)]
        pipeline = self.redis.pipeline(transaction=False)
        for code in old:
            pipeline.exists(room_keys(code)[0])
        gone = [code for code, exists in zip(old, await pipeline.execute(), strict=True) if not exists]
        if gone:
            await self.redis.zrem(INDEX, *gone)
            await self.redis.hdel(SUMMARIES, *gone)

    async def save_seat_link(self, code: str, token_hash: str, actor_id: str, ttl_s: int) -> None:
        """Remember whose seat a one-time link opens."""
        await self.redis.set(_seat_key(code, token_hash), actor_id, ex=ttl_s)

    async def redeem_seat_link(self, code: str, token_hash: str) -> str | None:
        """Whose seat the link opens; it works once."""
        actor_id = await self.redis.getdel(_seat_key(code, token_hash))
        return None if actor_id is None else cast(bytes, actor_id).decode()


def room_keys(code: str) -> tuple[str, str, str, str]:
    """Where a room's state, its deck, its log and its owner are."""
    room = f"pf:{{{code}}}"
    return f"{room}:state", f"{room}:deck", f"{room}:log", f"{room}:owner"


def _parsed(owner: bytes) -> tuple[int, str]:
    epoch, _, worker = owner.decode().partition(" ")
    return int(epoch), worker


def _seat_key(code: str, token_hash: str) -> str:
    return f"pf:{{{code}}}:seat:{token_hash}"


def last_seen_key(worker: str) -> str:
    """Where a start of a worker says until when its clock has run."""
    return f"pf:worker:{worker}:seen"


class _Scripts(NamedTuple):
    """How the scripts are named in a command."""

    command: str
    save: str
    close: str


BY_SOURCE = _Scripts("EVAL", _SAVE, _CLOSE)
BY_SHA = _Scripts(
    "EVALSHA", *(hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest() for script in BY_SOURCE[1:])
)


def _enqueue(pipeline: "Pipeline", write: Save | Tombstone, scripts: _Scripts) -> None:
    keys, fence = room_keys(write.code), (str(write.epoch), str(write.revision))
    if isinstance(write, Tombstone):
        pipeline.execute_command(scripts.command, scripts.close, "4", *keys, str(TOMBSTONE_TTL_S), *fence)
        return
    fields = (
        write.worker.encode(),
        b"%d" % write.saved_at_ms,
        write.state,
        write.summary,
        write.deck or b"",
        write.log or b"",
        b"1" if write.whole_log else b"0",
        b"%d" % write.known_revision,
    )
    packed = b"".join([part for field in fields for part in (len(field).to_bytes(4, "big"), field)])
    pipeline.execute_command(scripts.command, scripts.save, "4", *keys, str(ROOM_TTL_S), *fence, packed)
