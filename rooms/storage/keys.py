"""Redis keys of rooms and how long they live.

``pf:{CODE}:owner`` is ``EPOCH WORKER``: the room's owner; no worker has the room where the name is missing. ``:state``
is a hash: ``state`` and ``facts`` (the summary) as bytes, ``epoch`` and ``revision`` that fence writes, ``worker`` and
``saved_at`` that say until when the room's clock ran. ``:deck`` and ``:log`` stand beside it, and ``:seat:…`` are
one-time links. The tag in braces keeps them in one slot of a cluster; no script touches two rooms. ``pf:rooms`` and
``pf:rooms:summary`` are the index of all rooms. ``pf:results`` has the results that are not in the database yet.
"""

ROOM_TTL_S = 2 * 3600
TOMBSTONE_TTL_S = 60
INDEX = "pf:rooms"
"""A sorted set: codes by the time of their last write in ms."""
SUMMARIES = "pf:rooms:summary"
"""A hash: summaries as JSON by code."""
RESULTS = "pf:results"
"""A hash: results of games as JSON by their public id, until the database has them; it outlives the rooms."""


def room_keys(code: str) -> tuple[str, str, str, str]:
    """The keys of a room's state, deck, log and owner."""
    room = f"pf:{{{code}}}"
    return f"{room}:state", f"{room}:deck", f"{room}:log", f"{room}:owner"


def seat_link_key(code: str, token_hash: str) -> str:
    """The key of the seat that a one-time link opens."""
    return f"pf:{{{code}}}:seat:{token_hash}"


def last_seen_key(worker: str) -> str:
    """The key of the time in ms until which the clock of this worker's incarnation has run."""
    return f"pf:worker:{worker}:seen"
