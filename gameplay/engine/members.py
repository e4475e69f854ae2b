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
    ReclaimHost,
    RenamePlayer,
    Return,
    TransferHost,
    UnlockRoom,
)
from gameplay.engine.errors import Banned, IllegalMove, NotAllowed, RoomFull, RoomLocked, UnknownPlayer
from gameplay.engine.events import (
    HostChanged,
    PlayerAssignedTeam,
    PlayerConnection,
    PlayerJoined,
    PlayerLeft,
    PlayerRenamed,
    Removed,
    Resync,
    RoomCreated,
)
from gameplay.engine.events import RoomLocked as RoomLockedEvent
from gameplay.engine.events import RoomUnlocked as RoomUnlockedEvent
from gameplay.engine.model import (
    FIRST_HOST,
    MAX_BANNED,
    MAX_PLAYERS,
    MAX_REMEMBERED,
    FormerPlayer,
    Member,
    Room,
)
from gameplay.engine.states import IN_ROUND, GameEvent, RoomState
from gameplay.engine.step import Step
from gameplay.engine.timing import PROMOTE_HOST_MS, RENAME_INTERVAL_MS, SITS_OUT_MS

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
    _note_occupied(step)
    room.members[player.id] = player
    _announce_player(step, player)
    _on_arrival(step, player)


def return_to_room(step: Step, actor_id: str, command: Return) -> None:
    """Give a former player the seat back, with name, team, statistics and place in the rotation; locked rooms too.

    In a full room they look on until a seat is free. Raises `UnknownPlayer`, and `NameTaken` and `NameInvalid` if they
    have to choose another name.
    """
    room = step.room
    former = room.former_player(command.player_id)
    if former is None or former.id in room.members:
        raise UnknownPlayer("There is no such player.")
    if command.name and names.owner(room, former.name, own_id=former.id):
        former.name = names.claim(room, command.name, step.library, own_id=former.id)
    else:
        former.name = names.claim(room, former.name, step.library, own_id=former.id)
    member = Member(
        id=former.id,
        name=former.name,
        session=former.session,
        color=former.color,
        seated=False,
        connected=True,
        connected_since_ms=step.now_ms,
        words_explained=former.words_explained,
        client_key=command.client_key,
        away_round=former.away_round,
        away_played_ms=former.away_played_ms,
    )
    _note_occupied(step)
    room.members = dict(sorted({**room.members, member.id: member}.items()))
    if len(room.players) < MAX_PLAYERS:
        _seat(step, member)
    else:
        step.emit(Resync())
    _on_arrival(step, member)


def connected(step: Step, actor_id: str, command: Connected) -> None:
    """Mark a member as connected; who has missed too much of the running round sits it out (docs/spec.md §3.4)."""
    room = step.room
    member = room.members[actor_id]
    missed_ms = 0 if member.away_since_ms is None else _missed_ms(step, member)
    was_warned = member.connection_state != "ok"
    if not member.connected:
        _note_occupied(step)
        member.connected_since_ms = step.now_ms
    member.connected = True
    member.client_key = command.client_key or member.client_key
    member.away_since_ms = None
    member.connection_state = "ok"
    if was_warned:
        step.emit(PlayerConnection(player_id=member.id, status="connected"))
    if not member.seated and member.id != room.host_id:
        _seat_if_possible(step, member)
    elif member.seated and missed_ms > SITS_OUT_MS and not member.sitting_out:
        member.sitting_out = True
        step.hooks.on_member_sits_out(step, member)
    _on_arrival(step, member)


def disconnected(step: Step, actor_id: str, command: Disconnected) -> None:
    """Mark a member as away, from now on; a former player who waits for a seat is a former player again."""
    room = step.room
    member = room.members[actor_id]
    if not member.connected:
        return
    member.connected = False
    member.away_since_ms = step.now_ms
    note_clock(room, member, step.now_ms)
    if not member.seated and room.former_player(member.id) is not None:
        del room.members[member.id]
        step.emit(Resync())
        return
    step.hooks.on_member_disconnected(step, member)


def note_clock(room: Room, member: Member, now_ms: int) -> None:
    """Note how much of the running round's clock has passed, for a member who is away from now on."""
    playing = room.round
    member.away_round = 0 if playing is None else playing.number
    member.away_played_ms = 0 if playing is None else playing.elapsed(now_ms)


def leave(step: Step, actor_id: str, command: LeaveRoom) -> None:
    """Remove a player on their own command."""
    remove(step, step.room.members[actor_id], LeaveReason.VOLUNTARY)


def kick(step: Step, actor_id: str, command: KickPlayer) -> None:
    """Remove a player, or forget a former one, on the host's command.

    Raises `UnknownPlayer`, and `IllegalMove` for the host.
    """
    if not _forget(step, command.player_id):
        remove(step, _removable_player(step.room, command.player_id), LeaveReason.KICKED)


def ban(step: Step, actor_id: str, command: BanPlayer) -> None:
    """Remove a player and ban their session and client. Raises `UnknownPlayer`, and `IllegalMove` for the host."""
    room = step.room
    former = room.former_player(command.player_id)
    if former is not None:
        _add_ban(room.banned, former.session)
        _forget(step, former.id)
        return
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
    Who is removed for their absence becomes a former player.
    """
    room = step.room
    successor = successor_of(room, player) if player.id == room.host_id else None
    if reason is LeaveReason.DISCONNECTED and player.id != room.host_id:
        _remember(room, player)
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
    _seat_waiting(step)


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
    room.host_was_transferred = actor_id == FIRST_HOST
    _make_host(step, player, "transferred")


def reclaim_host(step: Step, actor_id: str, command: ReclaimHost) -> None:
    """Make the creator the host again, who gives up the seat; the round goes on with the holder that it has.

    Raises `NotAllowed` for anybody else, and for a creator who has transferred the role.
    """
    room = step.room
    if actor_id != FIRST_HOST or room.host_was_transferred:
        raise NotAllowed("Only the one who opened this room can do that.")
    creator = room.members[actor_id]
    if creator.id == room.host_id:
        return
    was_seated = creator.seated
    if was_seated:
        teams.leave_team(room, creator)
        creator.seated = False
        creator.sitting_out = False
        step.move(GameEvent.PLAYER_LEFT)
        step.emit(
            PlayerLeft(
                player_id=creator.id,
                player_name=creator.name,
                player_count=len(room.players),
                reason=LeaveReason.VOLUNTARY.value,
            )
        )
    else:
        step.bump_version()
    room.host_id = creator.id
    step.emit(HostChanged(host_id=creator.id, host_name=creator.name, reason="reclaimed"))
    if was_seated:
        step.hooks.on_member_left(step, creator)
        _seat_waiting(step)


def rename(step: Step, actor_id: str, command: RenamePlayer) -> None:
    """Rename a player on their own command, or on the host's.

    Raises `UnknownPlayer`, `NotAllowed` for the name of another one, `IllegalMove` while they explain and within
    `RENAME_INTERVAL_MS` of their last change, `NameInvalid`, `NameTaken`.
    """
    room = step.room
    member = room.members.get(command.player_id)
    if member is None or not (member.seated or member.id == room.host_id):
        raise UnknownPlayer("There is no such player.")
    if actor_id not in (member.id, room.host_id):
        raise NotAllowed("Only the host can change the name of another player.")
    if actor_id == member.id:
        if room.explainer_id == member.id:
            raise IllegalMove("Your name can be changed once you have explained.")
        if member.renamed_ms and step.now_ms - member.renamed_ms < RENAME_INTERVAL_MS:
            raise IllegalMove("You have changed your name just now. Wait a moment.")
    name = names.claim(room, command.player_name, step.library, own_id=member.id)
    if name == member.name:
        return
    member.name = name
    if actor_id == member.id:
        member.renamed_ms = step.now_ms
    step.bump_version()
    step.emit(PlayerRenamed(player_id=member.id, player_name=name))


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
    if player.id == FIRST_HOST:
        room.host_was_transferred = False
    _announce_host(step, player, reason)
    if former.connected and not former.seated:
        _seat_if_possible(step, former)


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


def _seat_if_possible(step: Step, member: Member) -> None:
    if len(step.room.players) < MAX_PLAYERS:
        _seat(step, member)


def _seat(step: Step, member: Member) -> None:
    """Seat a member who has none: a former player as before, a former host like a new player."""
    room = step.room
    former = room.former_player(member.id)
    member.seated = True
    if former is None:
        member.sitting_out = room.state in IN_GAME
    else:
        room.former_players.remove(former)
        member.sitting_out = _missed_ms(step, member) > SITS_OUT_MS
        teams.rejoin_team(room, member, former)
    _announce_player(step, member)
    if member.team_id is not None:
        step.emit(PlayerAssignedTeam(player_id=member.id, team_id=member.team_id, teams=teams.views(room)))
    if former is not None and room.state in IN_GAME and not member.sitting_out:
        step.emit(Resync())


def _seat_waiting(step: Step) -> None:
    """Give free seats to the connected members without one, in the order of their arrival."""
    room = step.room
    waiting = [
        member
        for member in room.members.values()
        if member.connected and not member.seated and member.id != room.host_id
    ]
    for member in sorted(waiting, key=lambda member: member.connected_since_ms):
        if len(room.players) < MAX_PLAYERS:
            _seat(step, member)
            step.hooks.on_member_arrived(step, member)


def _remember(room: Room, player: Member) -> None:
    place = teams.place_of(room, player)
    room.former_players.append(
        FormerPlayer(
            id=player.id,
            name=player.name,
            session=player.session,
            color=player.color,
            team_id=player.team_id,
            team_index=place.number,
            was_due=place.is_due,
            words_explained=player.words_explained,
            away_since_ms=player.away_since_ms or 0,
            away_round=player.away_round,
            away_played_ms=player.away_played_ms,
        )
    )
    del room.former_players[:-MAX_REMEMBERED]


def _forget(step: Step, player_id: str) -> bool:
    """Forget a former player who is not back; False if there is none."""
    room = step.room
    former = room.former_player(player_id)
    if former is None or player_id in room.members:
        return False
    room.former_players.remove(former)
    step.emit(Resync())
    return True


def _note_occupied(step: Step) -> None:
    """Called before a member connects: absences count anew after a time without anybody."""
    if not step.room.is_occupied:
        step.room.occupied_since_ms = step.now_ms


def _missed_ms(step: Step, member: Member) -> int:
    """How much of the running round's clock a member who was away has missed; 0 outside of a round."""
    playing = step.room.round
    if playing is None or step.room.state not in IN_ROUND:
        return 0
    seen_ms = member.away_played_ms if member.away_round == playing.number else 0
    return playing.elapsed(step.now_ms) - seen_ms


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
