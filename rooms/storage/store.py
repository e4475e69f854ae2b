"""Rooms in Redis: create, claim, save and delete, one script each, fenced by epoch and revision (docs/spec.md §4.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import NoScriptError

from rooms.storage.keys import (
    INDEX,
    RESULTS,
    ROOM_TTL_S,
    SUMMARIES,
    TOMBSTONE_TTL_S,
    last_seen_key,
    room_keys,
    seat_link_key,
)
from rooms.storage.redis_client import REDIS_ERRORS
from rooms.storage.room_summary import RoomSummary
from rooms.storage.scripts import load_script

CREATE = load_script("create")
CLAIM = load_script("claim")
SAVE = load_script("fence", "save")
CLOSE = load_script("fence", "close")

CLAIM_LOST = 0
"""Result of a claim: the room has another owner by now."""

FENCED = 0
SAVED = 1
RECREATED = 2
"""Results of a write: refused, for Redis has a newer one; written; written, but Redis had lost the room or a part."""


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
    """The deletion of a room. Its epoch and revision stay for a minute, so that they fence off delayed saves."""

    code: str
    epoch: int
    revision: int


class KeepResults(msgspec.Struct, frozen=True):
    """Results of games, as JSON by public id, that Redis keeps until the database has them."""

    by_id: dict[str, bytes]


class DropResults(msgspec.Struct, frozen=True):
    """The deletion of results that the database has."""

    ids: tuple[str, ...]


Write = Save | Tombstone | KeepResults | DropResults


@dataclass(frozen=True, slots=True)
class Ownership:
    """The owner of a room: ``worker`` as of ``epoch``, "" if none. ``key`` is the owner key's value, for `claim`."""

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
    """The rooms in Redis, for one worker. Every method raises redis-py's `RedisError` when Redis is unavailable.

    ``worker`` is the name of this incarnation of the worker.
    """

    def __init__(self, redis: Redis, worker: str) -> None:
        self.redis = redis
        self.worker = worker

    async def create(self, summary: RoomSummary, state: bytes, now_ms: int) -> bool:
        """Write a new room without an owner; False if its code is taken."""
        code, encoded = summary.room_id, msgspec.json.encode(summary)
        arguments = (str(ROOM_TTL_S), str(now_ms), state, encoded)
        if not await self.redis.eval(CREATE.source, 4, *room_keys(code), *arguments):
            return False
        await self.redis.zadd(INDEX, {code: now_ms})
        await self.redis.hset(SUMMARIES, code, encoded)
        return True

    async def ownership(self, code: str) -> Ownership | None:
        """The owner of a room; None if there is no such room."""
        state, _, _, owner = room_keys(code)
        pipeline = self.redis.pipeline(transaction=False)
        pipeline.hmget(state, "state", "epoch", "worker")
        pipeline.get(owner)
        (is_there, epoch, worker), key = await pipeline.execute()
        if is_there is None:
            return None
        if key is None:
            # The owner's next write restores the key; until then the worker of the last write counts.
            return Ownership(int(epoch), worker.decode(), b"")
        return Ownership(*_parse_owner(key), key)

    async def owners(self, codes: Sequence[str]) -> dict[str, tuple[int, str] | None]:
        """Epoch and worker of each room; None where the key is missing."""
        pipeline = self.redis.pipeline(transaction=False)
        for code in codes:
            pipeline.get(room_keys(code)[3])
        keys = await pipeline.execute() if codes else []
        return {code: None if key is None else _parse_owner(key) for code, key in zip(codes, keys, strict=True)}

    async def claim(self, code: str, before: Ownership) -> StoredRoom | None:
        """Take a room over from ``before``: its epoch grows, which fences off writes of other workers.

        None if the room is gone, or has another owner by now.
        """
        arguments = (str(ROOM_TTL_S), self.worker, before.key)
        found = await self.redis.eval(CLAIM.source, 4, *room_keys(code), *arguments)
        if found is None or found == CLAIM_LOST:
            return None
        epoch, revision, worker, saved_at_ms, state, deck, log = found
        seen = await self.redis.get(last_seen_key(worker.decode())) if worker else None
        return StoredRoom(epoch, revision, max(int(saved_at_ms), int(seen or 0)), state, deck, log)

    async def write(self, writes: Iterable[Write]) -> list[int | Exception]:
        """Carry all of them out in this order; for each room `FENCED`, `SAVED`, `RECREATED` or the error.

        For results of games it is a number or the error.

        Takes one round trip, or two if Redis does not know the scripts.
        """
        every = list(writes)
        results = await self._write(every, in_full=False)
        unknown = [at for at, result in enumerate(results) if isinstance(result, NoScriptError)]
        if unknown:
            # Redis has restarted, or another one has taken its place: send the scripts' sources once.
            again: list[Any]
            try:
                again = await self._write([every[at] for at in unknown], in_full=True)
            except REDIS_ERRORS as error:
                again = [error] * len(unknown)
            for at, result in zip(unknown, again, strict=True):
                results[at] = result
        return [result if isinstance(result, Exception) else int(result) for result in results]

    async def _write(self, every: Sequence[Write], in_full: bool) -> list[Any]:
        saves = {write.code: write for write in every if isinstance(write, Save)}
        closed = [write.code for write in every if isinstance(write, Tombstone)]
        pipeline = self.redis.pipeline(transaction=False)
        for write in every:
            _enqueue(pipeline, write, in_full)
        if saves:
            pipeline.zadd(INDEX, {code: save.saved_at_ms for code, save in saves.items()})
            pipeline.hset(SUMMARIES, items=[item for save in saves.values() for item in (save.code, save.summary)])
        if closed:
            pipeline.zrem(INDEX, *closed)
            pipeline.hdel(SUMMARIES, *closed)
        return (await pipeline.execute(raise_on_error=False))[: len(every)]

    async def kept_results(self) -> dict[str, bytes]:
        """All results of games that the database does not have yet, of every worker."""
        kept = cast(dict[bytes, bytes], await self.redis.hgetall(RESULTS))
        return {public_id.decode(): encoded for public_id, encoded in kept.items()}

    async def kept_result(self, public_id: str) -> bytes | None:
        """One of them; None if the database has it, or it never was."""
        return cast(bytes | None, await self.redis.hget(RESULTS, public_id))

    async def summary(self, code: str) -> RoomSummary | None:
        """The summary of a room; None if there is no such room."""
        encoded = await self.redis.hget(room_keys(code)[0], "facts")
        return None if encoded is None else msgspec.json.decode(encoded, type=RoomSummary)

    async def prune_index(self, now_ms: int) -> None:
        """Remove expired rooms from the index."""
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
        """Save which seat a one-time link opens."""
        await self.redis.set(seat_link_key(code, token_hash), actor_id, ex=ttl_s)

    async def redeem_seat_link(self, code: str, token_hash: str) -> str | None:
        """The actor whose seat the link opens, once; None if it is used, expired or unknown."""
        actor_id = await self.redis.getdel(seat_link_key(code, token_hash))
        return None if actor_id is None else cast(bytes, actor_id).decode()


def _parse_owner(value: bytes) -> tuple[int, str]:
    epoch, _, worker = value.decode().partition(" ")
    return int(epoch), worker


def _enqueue(pipeline: Pipeline, write: Write, in_full: bool) -> None:
    if isinstance(write, KeepResults):
        pipeline.hset(RESULTS, items=[part for item in write.by_id.items() for part in item])
        return
    if isinstance(write, DropResults):
        pipeline.hdel(RESULTS, *write.ids)
        return
    keys, fence = room_keys(write.code), (str(write.epoch), str(write.revision))
    script = CLOSE if isinstance(write, Tombstone) else SAVE
    call = ("EVAL", script.source) if in_full else ("EVALSHA", script.sha)
    if isinstance(write, Tombstone):
        pipeline.execute_command(*call, "4", *keys, str(TOMBSTONE_TTL_S), *fence)
    else:
        pipeline.execute_command(*call, "4", *keys, str(ROOM_TTL_S), *fence, _pack(write))


def _pack(save: Save) -> bytes:
    fields = (
        save.worker.encode(),
        b"%d" % save.saved_at_ms,
        save.state,
        save.summary,
        save.deck or b"",
        save.log or b"",
        b"1" if save.whole_log else b"0",
        b"%d" % save.known_revision,
    )
    return b"".join([part for field in fields for part in (len(field).to_bytes(4, "big"), field)])
