"""Acquire ownership of a room: compare-and-set on its epoch, one owner at a time (docs/spec.md §4.3).

A room without an owner goes to the first worker that claims it. A room with a live owner stays there, and clients are
relayed. The room of a dead owner is taken over once its death is certain.
"""

import asyncio
from dataclasses import dataclass

from rooms.cluster.membership import Membership
from rooms.errors import BUSY, Unavailable
from rooms.storage.store import Store, StoredRoom

TAKEOVER_TIMEOUT_S = 6.0
"""How long a handshake waits until the failure of a room's owner is certain."""
POLL_INTERVAL_S = 0.1


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another worker owns the room."""

    worker: str


@dataclass(frozen=True, slots=True)
class Acquired:
    """This worker owns the room now. ``is_takeover``: its former owner is dead."""

    stored: StoredRoom
    is_takeover: bool


async def acquire(code: str, store: Store, membership: Membership) -> Acquired | Elsewhere | None:
    """Claim the room if it has no owner or a dead one; None without such a room.

    Raises `Unavailable` if the owner's state is unclear after 6 s, redis-py's `RedisError` when Redis is down.
    """
    deadline_s = asyncio.get_running_loop().time() + TAKEOVER_TIMEOUT_S
    while True:
        owned = await store.ownership(code)
        if owned is None:
            return None
        if owned.worker:
            await _wait_until_certain(owned.worker, membership, deadline_s)
            if not membership.can_take_over_from(owned.worker):
                return Elsewhere(owned.worker)
        stored = await store.claim(code, owned)
        if stored is not None:
            return Acquired(stored, is_takeover=bool(owned.worker))


async def _wait_until_certain(worker: str, membership: Membership, deadline_s: float) -> None:
    await membership.refresh()
    while not (membership.is_alive(worker) or membership.can_take_over_from(worker)):
        if asyncio.get_running_loop().time() > deadline_s:
            raise Unavailable(BUSY)
        await asyncio.sleep(POLL_INTERVAL_S)
        await membership.refresh()
