"""Room lookup, rate-limited so that codes cannot be guessed.

Unknown codes of pages, REST and sockets count against one limit of the client. Beyond it every code is refused, right
or wrong, except for a client with a seat in the room: a neighbour behind the same address may be the one who guesses.
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
from rooms.storage.room_summary import RoomSummary


async def look_up(client_key: str, code: str) -> RoomSummary | None:
    """The public summary of a room; None without such a room. Raises `RateLimited`, `Unavailable`."""
    limiter = current_node().limiter
    await limiter.check(UNKNOWN_CODES, client_key)
    summary = await current_node().registry.summary(code)
    if summary is None:
        await limiter.hit(UNKNOWN_CODES, client_key)
    return summary


async def find_room(
    node: Node,
    connection: Connection,
    request: Connect | Reconnect,
    cookie: str | None,
    verdict: RateVerdict | None = None,
) -> LiveRoom | RemoteRoom:
    """The room that a client asks for, live or remote. Raises `Refused`, `RateLimited`, `Unavailable`.

    ``cookie`` is the host's secret from the browser's cookie; ``verdict`` is the rate-limit verdict of another worker.
    Nothing is awaited after the room was found.
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
    """Count a newcomer. An excess is raised, or returned if a seat may excuse it."""
    try:
        await limiter.check(UNKNOWN_CODES, client_key)
    except RateLimited as error:
        if not secret:
            raise
        return error
    if handshake.is_newcomer(secret):
        await limiter.hit(JOINS, client_key)
    return None
