"""Whose is a room? Exactly one worker's at a time, by an epoch that grows with every change (docs/spec.md §4.3).

A room that nobody has goes to the first who asks. One whose owner lives stays there: whoever wants in is relayed. One
whose owner is dead is taken over, as soon as it is certain that it is.
"""

import asyncio
from dataclasses import dataclass

from rooms.cluster.membership import Liveness
from rooms.errors import BUSY, Unavailable
from rooms.storage.store import Store, StoredRoom

TAKEOVER_TIMEOUT_S = 6.0
"""How long somebody who wants into a room waits for its dead owner to be dead for certain."""
POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The room lives at ``worker``."""

    worker: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The room is this worker's now. ``is_takeover``: its owner had died."""

    found: StoredRoom
    is_takeover: bool


async def take(code: str, store: Store, liveness: Liveness) -> Taken | Elsewhere | None:
    """Make the room this worker's, if it is nobody's or its owner's time is over; None if there is none.

    Raises `Unavailable` when nothing is certain after 6 s, redis-py's `RedisError` when Redis is away.
    """
    deadline_s = asyncio.get_running_loop().time() + TAKEOVER_TIMEOUT_S
    while True:
        owned = await store.ownership(code)
        if owned is None:
            return None
        if owned.worker:
            await _until_certain(owned.worker, liveness, deadline_s)
            if not liveness.may_replace(owned.worker):
                return Elsewhere(owned.worker)
        found = await store.claim(code, owned)
        if found is not None:
            return Taken(found, is_takeover=bool(owned.worker))


async def _until_certain(worker: str, liveness: Liveness, deadline_s: float) -> None:
    await liveness.look()
    while not (liveness.is_alive(worker) or liveness.may_replace(worker)):
        if asyncio.get_running_loop().time() > deadline_s:
            raise Unavailable(BUSY)
        await asyncio.sleep(POLL_S)
        await liveness.look()
