"""One-time links that open a seat on another phone."""

from rooms.access.sessions import Session, new_session, session_hash
from rooms.cluster.node import current_node
from rooms.cluster.registry import is_code
from rooms.cluster.room_rpc.client import replace_session
from rooms.cluster.room_rpc.messages import CommandFailed, NoSuchRoom
from rooms.errors import BUSY, Unavailable
from rooms.storage.redis_client import REDIS_ERRORS


async def redeem_seat(code: str, token: str) -> Session | None:
    """Redeem a link for a new session, which replaces the member's old one and disconnects it.

    None if the link is unknown, expired or has been redeemed. Raises `Unavailable`.
    """
    node = current_node()
    if not is_code(code):
        return None
    if node.is_draining:
        raise Unavailable(BUSY)
    try:
        actor_id = await node.store.redeem_seat_link(code, session_hash(token))
    except REDIS_ERRORS as error:
        node.writer.record_failure(error)
        raise Unavailable(BUSY) from error
    if actor_id is None:
        return None
    secret = new_session()
    try:
        seat = await replace_session(code, actor_id, session_hash(secret))
    except NoSuchRoom:
        return None
    except CommandFailed as error:
        raise Unavailable(BUSY) from error
    return Session(code, actor_id, secret, seat.is_host) if seat.is_there else None
