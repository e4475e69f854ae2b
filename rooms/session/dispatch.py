"""Dispatches messages of clients that have entered their room."""

import secrets

from gameplay.engine.errors import IllegalMove, NotAllowed
from rooms import clock
from rooms.access.sessions import session_hash
from rooms.live.connection import Connection
from rooms.live.room import LiveRoom
from rooms.live.state_sync import is_out_of_sync
from rooms.protocol.envelope import ClientMessage
from rooms.protocol.errors import ErrorCode
from rooms.protocol.limits import RESYNC_INTERVAL_MS, SEAT_LINK_MS
from rooms.protocol.messages import (
    Ack,
    AnswerClaim,
    ClaimSeat,
    Connect,
    CreateSeatLink,
    Heartbeat,
    HeartbeatAck,
    Reconnect,
    SeatLink,
)
from rooms.public_urls import join_url
from rooms.storage.redis_client import REDIS_ERRORS


def dispatch(live: LiveRoom, connection: Connection, message: ClientMessage) -> None:
    """Handle a message in its room. Raises `GameError`; the message has then changed nothing."""
    if live.is_stopped:
        return  # the room is closing its connections
    if message.actor_id != connection.actor_id or message.room_id.upper() != live.code:
        raise NotAllowed("You are not who you say you are.")
    request = message.payload
    match request:
        case Heartbeat():
            _check_sync(live, connection, request)
        case Ack():
            if live.hub.acknowledge(connection, request.ack_id, clock.now_ms()):
                live.notify_connection_quality(connection, "connected")
        case CreateSeatLink():
            _create_seat_link(live, connection, message)
        case AnswerClaim():
            live.claims.answer(live, connection.actor_id, request.claim_id, request.accept)
        case Connect() | Reconnect() | ClaimSeat():
            raise IllegalMove("You are in the room already.")
        case _:
            live.execute(connection.actor_id, request)


def _check_sync(live: LiveRoom, connection: Connection, heartbeat: Heartbeat) -> None:
    now_ms = clock.now_ms()
    connection.reply(HeartbeatAck(state_version=live.room.state_version))
    is_due = now_ms - connection.resynced_ms >= RESYNC_INTERVAL_MS
    if is_due and is_out_of_sync(heartbeat, live.room, live.versions, now_ms):
        connection.resynced_ms = now_ms
        live.send_snapshot(connection)


def _create_seat_link(live: LiveRoom, connection: Connection, message: ClientMessage) -> None:
    if connection.actor_id not in live.room.members:
        raise NotAllowed("Only somebody with a seat can take it along.")
    live.node.spawn(_send_seat_link(live, connection, message), "a seat link")


async def _send_seat_link(live: LiveRoom, connection: Connection, message: ClientMessage) -> None:
    token, actor_id = secrets.token_urlsafe(24), connection.actor_id
    try:
        await live.node.store.save_seat_link(live.code, session_hash(token), actor_id, SEAT_LINK_MS // 1000)
    except REDIS_ERRORS:
        connection.send_error(ErrorCode.SERVER_BUSY, "No link can be made right now.", message.type, message.request_id)
        return
    if live.hub.get(actor_id) is connection and not live.is_stopped:
        link = SeatLink(url=f"{join_url(connection.origin, live.code)}/seat/{token}", expires_in=SEAT_LINK_MS // 1000)
        live.notify(link, "actor", actor_id)
