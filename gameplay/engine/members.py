"""Membership of a room: joining, leaving, absence, bans, and the role of the host.

What a change means to teams and rounds is the business of `step.MemberHooks`.
"""

from gameplay.engine import names, teams
from gameplay.engine.commands import (
    BanPlayer,
    Connected,
    Disconnected,
    HostArrived,
    Join,
    KickPlayer,
    LeaveReason,
    LeaveRoom,
    LockRoom,
    TransferHost,
    UnlockRoom,
)
from gameplay.engine.errors import Banned, IllegalMove, RoomFull, RoomLocked, UnknownPlayer
from gameplay.engine.events import (
    HostChanged,
    PlayerConnection,
    PlayerJoined,
    PlayerLeft,
    Removed,
    RoomCreated,
)
from gameplay.engine.events import RoomLocked as RoomLockedEvent
from gameplay.engine.events import RoomUnlocked as RoomUnlockedEvent
from gameplay.engine.model import (
    MAX_BANNED,
    MAX_PLAYERS,
    Member,
    Room,
)
from gameplay.engine.states import GameEvent, RoomState
from gameplay.engine.step import Step
from gameplay.engine.timing import LOST_MS, PROMOTE_HOST_MS

COLORS = (
    "#FF5733",
    "#2E86DE",
    "#10AC84",
    "#F5A623",
    "#8E44AD",
    "#E84393",
    "#00A8B5",
    "#6D8B2B",
    "#B0561F",
    "#5B6BC0",
)
IN_GAME = frozenset(
    {
        RoomState.ROUND_STARTING,
        RoomState.ROUND_ACTIVE,
        RoomState.ROUND_PAUSED,
        RoomState.SCORE_REVIEW,
        RoomState.READY_FOR_NEXT,
    }
)
SITS_OUT_AFTER_ABSENCE = IN_GAME - {RoomState.ROUND_STARTING}
"""States in which a member who returns after `LOST_MS` sits out; in the countdown they have missed nothing."""


def host_arrived(step: Step, actor_id: str, command: HostArrived) -> None:
    """Announce the room on the host's first connection (docs/spec.md §9.1)."""
    room = step.room
    if room.announced:
        return
    room.announced = True
    step.emit(RoomCreated(qr_code_url="", host_id=room.host_id, host_name=room.host.name, max_players=MAX_PLAYERS))


def join(step: Step, actor_id: str, command: Join) -> None:
    """Seat a new player; during a game they sit out until the next round.

    Raises `Banned`, `RoomLocked`, `RoomFull`, `NameInvalid`, `NameTaken`.
    """
    room = step.room
    if command.session in room.banned or is_client_banned(room, command.client_key):
        raise Banned("The host has removed you from this room.")
    if room.locked:
        raise RoomLocked("The host has locked this room.")
    if len(room.players) >= MAX_PLAYERS:
        raise RoomFull(f"This room has its {MAX_PLAYERS} players.")
    name = names.claim(room, command.name, step.library)
    player = Member(
        id=f"player_{room.next_player:03d}",
        name=name,
        session=command.session,
        color=COLORS[(room.next_player - 1) % len(COLORS)],
        sitting_out=room.state in IN_GAME,
        connected=True,
        connected_since_ms=step.now_ms,
        client_key=command.client_key,
    )
    room.next_player += 1
    room.members[player.id] = player
    _announce_player(step, player)
    _on_arrival(step, player)


def connected(step: Step, actor_id: str, command: Connected) -> None:
    """Mark a member as connected; after more than `LOST_MS` away they sit the running round out (docs/spec.md §3.4)."""
    room = step.room
    member = room.members[actor_id]
    away_ms = 0 if member.away_since_ms is None else step.now_ms - member.away_since_ms
    was_warned = member.connection_state != "ok"
    if not member.connected:
        member.connected_since_ms = step.now_ms
    member.connected = True
    member.client_key = command.client_key or member.client_key
    member.away_since_ms = None
    member.connection_state = "ok"
    if was_warned:
        step.emit(PlayerConnection(player_id=member.id, status="connected"))
    if not member.seated and member.id != room.host_id:
        _seat_former_host(step, member)
    elif member.seated and away_ms > LOST_MS and room.state in SITS_OUT_AFTER_ABSENCE and not member.sitting_out:
        member.sitting_out = True
        step.hooks.on_member_sits_out(step, member)
    _on_arrival(step, member)


def disconnected(step: Step, actor_id: str, command: Disconnected) -> None:
    """Mark a member as away, from now on."""
    member = step.room.members[actor_id]
    if not member.connected:
        return
    member.connected = False
    member.away_since_ms = step.now_ms
    step.hooks.on_member_disconnected(step, member)


def leave(step: Step, actor_id: str, command: LeaveRoom) -> None:
    """Remove a player on their own command."""
    remove(step, step.room.members[actor_id], LeaveReason.VOLUNTARY)


def kick(step: Step, actor_id: str, command: KickPlayer) -> None:
    """Remove a player on the host's command. Raises `UnknownPlayer`, and `IllegalMove` for the host."""
    remove(step, _removable_player(step.room, command.player_id), LeaveReason.KICKED)


def ban(step: Step, actor_id: str, command: BanPlayer) -> None:
    """Remove a player and ban their session and client. Raises `UnknownPlayer`, and `IllegalMove` for the host."""
    room = step.room
    player = _removable_player(room, command.player_id)
    _add_ban(room.banned, player.session)
    if player.client_key:
        _add_ban(room.banned_clients, player.client_key)
    remove(step, player, LeaveReason.KICKED)


def is_client_banned(room: Room, client_key: str) -> bool:
    """Whether new players from this client are refused because a player from it was banned.

    A client that the host or a seated player shares is never refused: a whole party may be behind one address.
    """
    if client_key not in room.banned_clients:
        return False
    return all(
        client_key != member.client_key for member in room.members.values() if member.seated or member is room.host
    )


def remove(step: Step, player: Member, reason: LeaveReason) -> None:
    """Remove ``player`` from the room; their team keeps the score (docs/spec.md §8.8).

    A host who plays transfers the role to the longest connected player; if there is none they stay as host, unseated.
    """
    room = step.room
    successor = successor_of(room, player) if player.id == room.host_id else None
    teams.leave_team(room, player)
    player.seated = False
    player.sitting_out = False
    if player.id != room.host_id or successor is not None:
        del room.members[player.id]
    if successor is not None:
        room.host_id = successor.id
    step.move(GameEvent.PLAYER_LEFT)
    step.emit(
        PlayerLeft(player_id=player.id, player_name=player.name, player_count=len(room.players), reason=reason.value)
    )
    step.emit(Removed(player_id=player.id, reason=reason.value))
    if successor is not None:
        _announce_host(step, successor, "transferred" if reason is LeaveReason.VOLUNTARY else "disconnected")
    step.hooks.on_member_left(step, player)


def warn(step: Step, member: Member) -> None:
    """Announce that a member has been away for `WARNING_MS`."""
    member.connection_state = "warning"
    step.emit(PlayerConnection(player_id=member.id, status="warning"))


def mark_lost(step: Step, member: Member) -> None:
    """Announce that a member has been away for `LOST_MS`."""
    member.connection_state = "lost"
    step.emit(PlayerConnection(player_id=member.id, status="lost"))


def remove_absent(step: Step, member: Member) -> None:
    """Remove a member who has been away for `REMOVE_MS`."""
    remove(step, member, LeaveReason.DISCONNECTED)


def transfer_host(step: Step, actor_id: str, command: TransferHost) -> None:
    """Make a player the host. Raises `UnknownPlayer`, and `IllegalMove` if they are away."""
    room = step.room
    player = room.members.get(command.player_id)
    if player is not None and player.id == room.host_id:
        return
    if player is None or not player.seated:
        raise UnknownPlayer("There is no such player.")
    if not player.connected:
        raise IllegalMove("This player is not connected.")
    step.bump_version()
    _make_host(step, player, "transferred")


def promote_successor(step: Step) -> None:
    """After `PROMOTE_HOST_MS` without the host the longest connected player becomes the host (docs/spec.md §3.5)."""
    successor = successor_of(step.room, step.room.host)
    if successor is not None:
        step.bump_version()
        _make_host(step, successor, "disconnected")


def _make_host(step: Step, player: Member, reason: str) -> None:
    """Make ``player`` the host, who keeps the seat; a former host who is connected becomes a player."""
    room = step.room
    former = room.host
    room.host_id = player.id
    _announce_host(step, player, reason)
    if former.connected and not former.seated:
        _seat_former_host(step, former)


def successor_of(room: Room, host: Member) -> Member | None:
    """The longest connected player other than ``host``; None if there is none."""
    candidates = [player for player in room.players if player.connected and player.id != host.id]
    return min(candidates, key=lambda player: player.connected_since_ms, default=None)


def lock(step: Step, actor_id: str, command: LockRoom) -> None:
    """Lock the room against new players."""
    if not step.room.locked:
        step.room.locked = True
        step.bump_version()
        step.emit(RoomLockedEvent())


def unlock(step: Step, actor_id: str, command: UnlockRoom) -> None:
    """Unlock the room."""
    if step.room.locked:
        step.room.locked = False
        step.bump_version()
        step.emit(RoomUnlockedEvent())


def _add_ban(banned: list[str], who: str) -> None:
    if who not in banned:
        banned.append(who)
        del banned[:-MAX_BANNED]


def _removable_player(room: Room, player_id: str) -> Member:
    player = room.members.get(player_id)
    if player is None or not player.seated:
        raise UnknownPlayer("There is no such player.")
    if player.id == room.host_id:
        raise IllegalMove("The host cannot remove themselves.")
    return player


def _announce_player(step: Step, player: Member) -> None:
    step.move(GameEvent.PLAYER_JOINED)
    step.emit(
        PlayerJoined(
            player_id=player.id,
            player_name=player.name,
            player_count=len(step.room.players),
            avatar_color=player.color,
        )
    )


def _seat_former_host(step: Step, member: Member) -> None:
    room = step.room
    if len(room.players) >= MAX_PLAYERS:
        return
    member.seated = True
    member.sitting_out = room.state in IN_GAME
    _announce_player(step, member)


def _on_arrival(step: Step, member: Member) -> None:
    room = step.room
    host = room.host
    host_is_gone = host.away_since_ms is not None and step.now_ms - host.away_since_ms >= PROMOTE_HOST_MS
    if member.seated and member.id != host.id and host_is_gone:
        promote_successor(step)
    step.hooks.on_member_arrived(step, member)


def _announce_host(step: Step, host: Member, reason: str) -> None:
    step.emit(HostChanged(host_id=host.id, host_name=host.name, reason=reason))  # type: ignore[arg-type]
    step.hooks.on_host_changed(step)
