"""The handshake: ``CONNECT`` and ``RECONNECT`` (docs/spec.md §3.2, §9.1).

Identity comes from the session alone. `connect` and `reconnect` bind the connection to a member or spectator and reply,
or raise `Refused`.
"""

from msgspec import UNSET

from gameplay.engine import commands, events
from gameplay.engine.errors import GameError, NameInvalid, NameTaken, RoomClosed, UnknownPlayer
from gameplay.engine.events import Emission
from gameplay.engine.members import is_client_banned
from gameplay.engine.model import FIRST_HOST, FormerPlayer, Member
from gameplay.engine.projections import state_checksum
from rooms import clock
from rooms.access import creator_pass
from rooms.access.sessions import is_spectator_session, new_session, new_spectator_session, session_hash, spectator_id
from rooms.errors import Refused
from rooms.live.connection import Connection
from rooms.live.room import LiveRoom
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.protocol.eventlog import GAP, Entry, Gap
from rooms.protocol.limits import HEARTBEAT_INTERVAL_MS
from rooms.protocol.messages import Connect, Connected, Reconnect, Reconnected, ReconnectFailed
from rooms.protocol.recovery import ReconnectOutcome, estimated_away_ms, missed_words, reconnect_outcome
from rooms.protocol.versions import SUPPORTED
from rooms.telemetry.counters import counters

MAX_SPECTATORS = 100


def no_such_room() -> Refused:
    """The refusal for an unknown and for a closed room; both are the same."""
    return Refused(
        ErrorCode.ROOM_NOT_FOUND, "There is no such room. Check the code, or start a new party.", CloseCode.NO_SUCH_ROOM
    )


def secret_of(request: Connect | Reconnect, cookie: str | None) -> str:
    """The client's session secret, "" without one. The host's cookie counts where the client may be the host."""
    may_be_host = isinstance(request, Reconnect) or request.role == "host"
    return request.session_id or (cookie if may_be_host else None) or ""


def is_newcomer(secret: str) -> bool:
    """Whether the secret belongs to no seat: a new player or a spectator."""
    return not secret or is_spectator_session(secret)


def has_seat(live: LiveRoom, secret: str) -> bool:
    """Whether the secret opens a seat in the room."""
    if is_newcomer(secret):
        return False
    return _seated_member(live, secret) is not None or _former_player(live, secret) is not None


def connect(live: LiveRoom, connection: Connection, request: Connect, cookie: str | None, claimed_id: str) -> None:
    """Resume the session's seat, seat a new player, or admit a spectator.

    ``cookie`` is the host's secret from the browser's cookie, ``claimed_id`` the envelope's ``actorId``, "" without it.
    Raises `Refused`.
    """
    secret = secret_of(request, cookie)
    if request.role == "spectator" and (not secret or is_spectator_session(secret)):
        _spectate(live, connection, secret or new_spectator_session(), claimed_id)
        return
    live.advance()
    former = _former_player(live, secret)
    if former is not None:
        _check_claimed_id(claimed_id, former.id)
        _return(live, connection, former.id, secret, request.player_name or "")
    elif secret:
        _resume_seat(live, connection, _member(live, secret, claimed_id), secret)
    elif request.role == "host":
        raise Refused(ErrorCode.UNAUTHORIZED, "Only the host's own browser can open this page.", CloseCode.KICKED)
    else:
        _check_claimed_id(claimed_id, "")
        _join(live, connection, request.player_name or "")


def reconnect(live: LiveRoom, connection: Connection, request: Reconnect, cookie: str | None, claimed_id: str) -> bool:
    """Resume a session after a lost socket; False if it has expired and a ``CONNECT`` must follow. Raises `Refused`.

    The order matters. `LiveRoom.advance` comes first, for what is due may change who the host is. The time away decides
    the outcome before anything changes, for an expired session leaves the room as it is. The missed events are read
    last, between connecting the member, which may publish what has become due meanwhile, and binding the connection,
    from which on it receives events itself; so none is lost and none comes twice. The member's own arrival is published
    after the reply, which is the first message that the client gets.
    """
    secret = secret_of(request, cookie)
    if is_spectator_session(secret):
        actor_id, away_since_ms = _spectator_id(live, connection, secret, claimed_id), None
    elif former := _former_player(live, secret):
        _check_claimed_id(claimed_id, former.id)
        _reply_expired(live, connection)
        return False
    else:
        member = _member(live, secret, claimed_id)
        actor_id, away_since_ms = member.id, member.away_since_ms
    live.advance()
    away_ms = _away_ms(live, request, actor_id, away_since_ms)
    outcome = reconnect_outcome(away_ms, is_host=actor_id == live.room.host_id)
    if outcome is ReconnectOutcome.EXPIRED:
        _reply_expired(live, connection)
        return False
    arrival = _connect_member(live, connection, actor_id)
    missed = _missed(live, request, actor_id)
    live.bind(connection, actor_id, secret)
    _reply_reconnected(live, connection, missed, is_backfill=outcome is ReconnectOutcome.BACKFILL)
    live.publish(arrival)
    return True


def _away_ms(live: LiveRoom, request: Reconnect, actor_id: str, away_since_ms: int | None) -> int:
    """Time away; estimated from the events missed if the old socket was not seen to close (a half-open one)."""
    now_ms = clock.now_ms()
    if away_since_ms is None:
        return estimated_away_ms(_missed(live, request, actor_id), now_ms)
    return now_ms - away_since_ms


def _missed(live: LiveRoom, request: Reconnect, actor_id: str) -> list[Entry] | Gap:
    return live.log.since(request.last_seq_id, live.visible_to(actor_id))


def _reply_expired(live: LiveRoom, connection: Connection) -> None:
    counters.reconnects["expired"] += 1
    connection.reply(
        ReconnectFailed(
            reason="SESSION_EXPIRED",
            message="You were away for a while. Your seat is given back to you.",
            can_rejoin=True,
            current_state=live.room.state,
        )
    )


def _reply_reconnected(live: LiveRoom, connection: Connection, missed: list[Entry] | Gap, is_backfill: bool) -> None:
    """Reply with the state and, for a backfill without a gap, the events missed."""
    backfill = None if missed is GAP or not is_backfill else tuple(entry.missed() for entry in missed)
    counters.reconnects["snapshot" if backfill is None else "backfill"] += 1
    connection.reply(
        Reconnected(
            current_state=live.room.state,
            state_version=live.room.state_version,
            game_state=live.game_state_for(connection),
            missed_events=backfill,
            message="You missed some action! Catching you up..." if backfill is None else UNSET,
            summary=UNSET if missed is GAP else missed_words(missed),
        )
    )


def _spectate(live: LiveRoom, connection: Connection, secret: str, claimed_id: str) -> None:
    actor_id = _spectator_id(live, connection, secret, claimed_id)
    live.advance()
    live.bind(connection, actor_id, secret)
    live.arm()
    _reply_connected(live, connection)


def _spectator_id(live: LiveRoom, connection: Connection, secret: str, claimed_id: str) -> str:
    """The id of an admitted spectator. Raises `Refused`."""
    actor_id = spectator_id(secret)
    _check_claimed_id(claimed_id, actor_id)
    if is_client_banned(live.room, connection.client_key):
        raise _ban_refusal()
    spectators = sum(other.role == "spectator" for other in live.hub)
    if spectators >= MAX_SPECTATORS and live.hub.get(actor_id) is None:
        raise Refused(ErrorCode.ROOM_FULL, "Too many people are looking on already.", CloseCode.KICKED)
    return actor_id


def _resume_seat(live: LiveRoom, connection: Connection, member: Member, secret: str) -> None:
    arrival = _connect_member(live, connection, member.id)
    live.bind(connection, member.id, secret)
    _reply_connected(live, connection)
    live.publish(arrival)


def _return(live: LiveRoom, connection: Connection, actor_id: str, secret: str, name: str) -> None:
    """Give a former player the seat back, or let them look on until one is free."""
    try:
        arrival = live.apply("", commands.Return(player_id=actor_id, client_key=connection.client_key, name=name))
    except GameError as error:
        raise _refusal(error) from error
    live.bind(connection, actor_id, secret)
    _reply_connected(live, connection)
    live.publish(arrival)


def take_seat(live: LiveRoom, connection: Connection, actor_id: str) -> None:
    """Give a claimed seat to the connection under a new session; the former session ends. Raises `GameError`."""
    secret, room = new_session(), live.room
    member, former = room.members.get(actor_id), room.former_player(actor_id)
    if member is not None:
        member.session = session_hash(secret)
        arrival = live.apply(actor_id, commands.Connected(connection.client_key))
    elif former is not None:
        former.session = session_hash(secret)
        arrival = live.apply("", commands.Return(player_id=actor_id, client_key=connection.client_key))
    else:
        raise UnknownPlayer("There is no such player.")
    live.bind(connection, actor_id, secret)
    _reply_connected(live, connection)
    live.publish(arrival)


def _join(live: LiveRoom, connection: Connection, name: str) -> None:
    secret = new_session()
    try:
        arrival = live.apply(
            "", commands.Join(name=name, session=session_hash(secret), client_key=connection.client_key)
        )
    except GameError as error:
        raise _refusal(error) from error
    joined = next(emission.event for emission in arrival if isinstance(emission.event, events.PlayerJoined))
    live.bind(connection, joined.player_id, secret)
    _reply_connected(live, connection)
    live.publish(arrival)


def _connect_member(live: LiveRoom, connection: Connection, actor_id: str) -> list[Emission]:
    """Mark a member as connected; returns the events, not yet published."""
    arrival: list[Emission] = []
    if actor_id in live.room.members:
        try:
            arrival = live.apply(actor_id, commands.Connected(connection.client_key), *_if_host(live, actor_id))
        except GameError as error:
            raise _refusal(error) from error
    return arrival


def _if_host(live: LiveRoom, actor_id: str) -> tuple[commands.Command, ...]:
    return (commands.HostArrived(),) if actor_id == live.room.host_id else ()


def _reply_connected(live: LiveRoom, connection: Connection) -> None:
    room = live.room
    connection.reply(
        Connected(
            server_version=str(SUPPORTED.server),
            session_id=connection.secret,
            actor_id=connection.actor_id,
            role=connection.role,
            state_version=room.state_version,
            state_checksum=state_checksum(room),
            heartbeat_interval_ms=HEARTBEAT_INTERVAL_MS,
            game_state=live.game_state_for(connection),
        )
    )


def _member(live: LiveRoom, secret: str, claimed_id: str) -> Member:
    if session_hash(secret) in live.room.banned:
        raise _ban_refusal()
    member = _seated_member(live, secret)
    if member is None:
        raise Refused(
            ErrorCode.SESSION_EXPIRED, "Your place in this room is gone. Join again.", CloseCode.SESSION_UNKNOWN
        )
    _check_claimed_id(claimed_id, member.id)
    return member


def _seated_member(live: LiveRoom, secret: str) -> Member | None:
    room = live.room
    if creator_pass.is_creator_pass(secret):
        is_valid = creator_pass.is_valid_for(secret, live.code, room.created_at_ms)
        return room.members.get(FIRST_HOST) if is_valid else None
    hashed = session_hash(secret)
    return next((member for member in room.members.values() if member.session == hashed), None)


def _former_player(live: LiveRoom, secret: str) -> FormerPlayer | None:
    """The former player with this session, who is not back."""
    room = live.room
    if creator_pass.is_creator_pass(secret):
        is_valid = creator_pass.is_valid_for(secret, live.code, room.created_at_ms)
        former = room.former_player(FIRST_HOST) if is_valid else None
    else:
        hashed = session_hash(secret) if secret else ""
        former = next((former for former in room.former_players if former.session == hashed), None)
    return former if former is not None and former.id not in room.members else None


def _ban_refusal() -> Refused:
    return Refused(ErrorCode.KICKED, "The host has removed you from this room.", CloseCode.KICKED)


def _check_claimed_id(claimed_id: str, actor_id: str) -> None:
    if claimed_id not in ("", actor_id):
        raise Refused(ErrorCode.UNAUTHORIZED, "You are not who you say you are.", CloseCode.KICKED)


def _refusal(error: GameError) -> Refused:
    if isinstance(error, RoomClosed):
        return no_such_room()
    if isinstance(error, NameTaken):
        return Refused(ErrorCode.NAME_TAKEN, error.message, None, error.is_claimable, error.looks_like)
    close = None if isinstance(error, NameInvalid) else CloseCode.KICKED
    return Refused(ErrorCode(error.code), error.message, close)
