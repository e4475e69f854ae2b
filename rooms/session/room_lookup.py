"""What somebody has to pass before they learn whether a room is there.

Codes can be tried out by pages, by REST and by sockets; all of them are counted together, and whoever has tried too
many is told nothing more, right or wrong. Who has a seat in the room is let in all the same: they may have a neighbour
who guesses.
"""

from rooms.access.rate_limits import JOINS, UNKNOWN_CODES, RateLimiter
from rooms.cluster.node import Node, current_node
from rooms.cluster.ownership import Elsewhere
from rooms.errors import RateLimited
from rooms.live.connection import Connection
from rooms.live.room import LiveRoom
from rooms.protocol.messages import Connect, Reconnect
from rooms.session import handshake
from rooms.session.remote_room import RateVerdict, RemoteRoom
from rooms.storage.summary import RoomSummary


async def look_up(client_key: str, code: str) -> RoomSummary | None:
    """What may be said about a room; None if there is none. Raises `RateLimited`, `Unavailable`."""
    limiter = current_node().limiter
    await limiter.check(UNKNOWN_CODES, client_key)
    summary = await current_node().registry.summary(code)
    if summary is None:
        await limiter.hit(UNKNOWN_CODES, client_key)
    return summary


async def open_room(
    node: Node,
    connection: Connection,
    request: Connect | Reconnect,
    cookie: str | None,
    verdict: RateVerdict | None = None,
) -> LiveRoom | RemoteRoom:
    """The room that a socket wants to enter, or the way there. Raises `Refused`, `RateLimited`, `Unavailable`.

    ``cookie`` is the host's secret as the browser sent it; ``verdict``, if another worker has seen to that already.
    Nothing is awaited once the room has been found.
    """
    client_key = connection.client_key
    secret = handshake.secret_of(request, cookie)
    excess = None if verdict is None else verdict.excess
    live = node.registry.get(connection.code)
    if verdict is None and (live is None or not handshake.has_seat(live, secret)):
        excess = await _count(node.limiter, client_key, secret)
    found = await node.registry.find(connection.code)
    if isinstance(found, Elsewhere):
        return RemoteRoom(found.worker, RateVerdict(excess))
    live = found
    if excess is not None and (live is None or not handshake.has_seat(live, secret)):
        raise excess
    if live is None:
        await node.limiter.hit(UNKNOWN_CODES, client_key)
        raise handshake.no_such_room()
    return live


async def _count(limiter: RateLimiter, client_key: str, secret: str) -> RateLimited | None:
    """Count a newcomer. What is too much is raised; it is returned where a seat may excuse it."""
    try:
        await limiter.check(UNKNOWN_CODES, client_key)
    except RateLimited as error:
        if not secret:
            raise
        return error
    if handshake.is_newcomer(secret):
        await limiter.hit(JOINS, client_key)
    return None
