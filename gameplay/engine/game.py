"""The engine's door: make a room, carry a command out, let time pass.

The order of checks is that of docs/spec.md §1.3: authorised, legal, already so, and only then applied.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from gameplay.engine import commands as c
from gameplay.engine import deadlines, members, names, rounds, teams
from gameplay.engine.commands import Command, LeaveReason
from gameplay.engine.deadlines import Deadline, DeadlineKind
from gameplay.engine.errors import BadSettings, IllegalMove, NotAllowed
from gameplay.engine.errors import RoomClosed as RoomClosedError
from gameplay.engine.events import Emission, PlayerConnection, RoomClosed, SettingsUpdated, WordReported
from gameplay.engine.model import FIRST_HOST, Member, Room, Settings
from gameplay.engine.ports import Library
from gameplay.engine.settings import parse_settings
from gameplay.engine.states import BEFORE_GAME, IN_ROUND, GameEvent, RoomState
from gameplay.engine.step import Step
from gameplay.engine.transitions import HOLDER, HOST, MEMBER, NEWCOMER, PLAYER, SYSTEM, Who, is_legal, is_repeat

__all__ = ["COMMANDS", "Library", "Rule", "advance", "apply", "create", "next_deadline_ms", "parse_settings"]

CLOSED = RoomState.ROOM_CLOSED
OPEN = frozenset(RoomState) - {CLOSED}


class Rule(NamedTuple):
    """Who may give a command, which event it is or in which states it is taken, and what carries it out."""

    who: Who
    handle: Callable[[Step, str, Any], None]
    event: GameEvent | None = None
    states: frozenset[RoomState] = OPEN


def create(
    code: str,
    host_name: str,
    host_session: str,
    settings: Settings,
    seed: int,
    now_ms: int,
    *,
    creator_id: int | None = None,
    team_names: tuple[str, ...] = (),
    share_key: str = "",
) -> Room:
    """A new room in ``ROOM_CREATED``; ``host_session`` is the hash of the host's secret. Raises `NameInvalid`.

    The host counts as away from the start, until their first socket. ``creator_id`` is their account, if they have one,
    ``team_names`` what `teams.clean_names` has made of their wishes. ``share_key`` is 128 random bits or more as text.
    """
    host = Member(
        id=FIRST_HOST,
        name=names.clean(host_name),
        session=host_session,
        color="#444444",
        seated=False,
        away_since_ms=now_ms,
    )
    return Room(
        code=code,
        host_id=host.id,
        members={host.id: host},
        seed=seed,
        created_at_ms=now_ms,
        settings=settings,
        creator_id=creator_id,
        team_names=team_names,
        share_key=share_key,
    )


def apply(room: Room, actor_id: str, command: Command, now_ms: int, library: Library) -> list[Emission]:
    """Carry ``command`` out and say what happened, in order. Raises `GameError` and then has changed nothing.

    For `Join` ``actor_id`` is empty; the new member's id is ``player_id`` of the returned `PlayerJoined`.
    Call `advance` first, so that what was due before ``now_ms`` has happened.
    """
    rule = COMMANDS[type(command)]
    if room.state is CLOSED:
        raise RoomClosedError("This room is closed.")
    if not _is_authorised(room, actor_id, rule.who):
        raise NotAllowed("You may not do this here.")
    if not _is_legal(room, rule):
        raise IllegalMove(f"Not possible in {room.state}.")
    step = Step(room, now_ms, library)
    if rule.event is None or not is_repeat(room.state, rule.event) or isinstance(command, c.StartTeamSetup):
        rule.handle(step, actor_id, command)
    return step.emitted


def advance(room: Room, now_ms: int, library: Library) -> list[Emission]:
    """Let everything happen that was due up to ``now_ms``: ticks, round ends, pauses, promotions, removals."""
    step = Step(room, now_ms, library)
    while (deadline := deadlines.earliest(room)) is not None and deadline.at_ms <= now_ms:
        _on_deadline(step, deadline)
    return step.emitted


def next_deadline_ms(room: Room) -> int | None:
    """When `advance` has something to do next; None: not before the next command."""
    deadline = deadlines.earliest(room)
    return None if deadline is None else deadline.at_ms


def _is_authorised(room: Room, actor_id: str, who: Who) -> bool:
    if who is NEWCOMER or who is SYSTEM:
        return True
    member = room.members.get(actor_id)
    if member is None:
        return False
    if who is HOST:
        return actor_id == room.host_id
    if who is PLAYER:
        return member.seated
    if who is HOLDER:
        return _may_hold_words(room, actor_id)
    return True


def _may_hold_words(room: Room, actor_id: str) -> bool:
    if room.state in IN_ROUND and room.round is not None:
        return actor_id == room.round.holder_id
    return room.settings.word_holder == "explainer" or actor_id == room.host_id


def _is_legal(room: Room, rule: Rule) -> bool:
    if room.state not in rule.states:
        return False
    return rule.event is None or is_legal(room.state, rule.event, rule.who)


def _on_deadline(step: Step, deadline: Deadline) -> None:
    room = step.room
    match deadline.kind:
        case DeadlineKind.TIMER_TICK:  # first, for it comes most often by far
            rounds.tick(step)
        case DeadlineKind.AUTO_PAUSE:
            rounds.auto_pause(step)
        case DeadlineKind.ROUND_TIMEOUT:
            rounds.time_out(step)
        case DeadlineKind.COUNTDOWN:
            rounds.count_down(step)
        case DeadlineKind.END_REVIEW:
            rounds.end_review(step)
        case DeadlineKind.REPLACE_EXPLAINER:
            rounds.replace_explainer(step)
        case DeadlineKind.PROMOTE_HOST:
            members.promote_successor(step)
        case DeadlineKind.WARN:
            room.members[deadline.member_id].connection_state = "warning"
            step.emit(PlayerConnection(player_id=deadline.member_id, status="warning"))
        case DeadlineKind.LOST:
            room.members[deadline.member_id].connection_state = "lost"
            step.emit(PlayerConnection(player_id=deadline.member_id, status="lost"))
        case DeadlineKind.REMOVE:
            members.remove(step, room.members[deadline.member_id], LeaveReason.DISCONNECTED)


def _update_settings(step: Step, actor_id: str, command: c.UpdateSettings) -> None:
    room = step.room
    # The room's own account is that of who made it; whoever else is the host chooses among everybody's packs.
    owner_id = room.creator_id if actor_id == FIRST_HOST else None
    settings = parse_settings(command.settings, room.settings, step.library, owner_id)
    if settings == room.settings:
        return
    if room.host.seated and settings.word_holder == "host":
        raise BadSettings("The host plays in a team, so the words have to go to the explainer's phone.")
    resized = settings.num_teams != room.settings.num_teams
    room.settings = settings
    in_setup = room.state in (RoomState.TEAM_SETUP, RoomState.READY_TO_START)
    if not (resized and in_setup):
        step.bump_version()
        step.emit(SettingsUpdated(settings=settings))
        return
    teams.resize(step)
    step.emit(SettingsUpdated(settings=settings))


def _report_word(step: Step, actor_id: str, command: c.ReportWord) -> None:
    room, playing = step.room, step.room.round
    if actor_id != room.host_id and not room.members[actor_id].seated:
        raise NotAllowed("Those who only look on cannot report a word.")
    word = next((word for word in playing.words if word.word_id == command.word_id), None) if playing else None
    if word is None:
        raise IllegalMove("This word was not played in the last round.")
    step.emit(WordReported(ref=word.ref, reason=command.reason))


def _close_room(step: Step, actor_id: str, command: c.CloseRoom) -> None:
    step.move(GameEvent.ROOM_CLOSE)
    step.emit(RoomClosed(reason="host"))


COMMANDS: dict[type[Command], Rule] = {
    c.StartTeamSetup: Rule(HOST, teams.start_setup, GameEvent.HOST_START_SETUP),
    c.JoinTeam: Rule(PLAYER, teams.join_team, GameEvent.PLAYER_ASSIGNED),
    c.AssignPlayer: Rule(HOST, teams.assign_player, GameEvent.PLAYER_ASSIGNED),
    c.ShuffleTeams: Rule(HOST, teams.shuffle, GameEvent.PLAYER_ASSIGNED),
    c.CancelTeamSetup: Rule(HOST, teams.cancel_setup, GameEvent.HOST_CANCEL_SETUP),
    c.ConfirmStart: Rule(HOST, rounds.confirm_start, GameEvent.HOST_CONFIRM_START),
    c.WordSwiped: Rule(HOLDER, rounds.swipe, GameEvent.WORD_SWIPED),
    c.UndoSwipe: Rule(HOLDER, rounds.undo, GameEvent.WORD_SWIPED),
    c.CorrectWord: Rule(HOST, rounds.correct_word, GameEvent.SCORES_CALCULATED),
    c.PauseGame: Rule(HOST, rounds.pause, GameEvent.HOST_PAUSE),
    c.ResumeGame: Rule(HOST, rounds.resume, GameEvent.HOST_RESUME),
    c.NextRound: Rule(HOST, rounds.next_round, GameEvent.NEXT_ROUND_READY),
    c.EndGame: Rule(HOST, rounds.end_game, GameEvent.GAME_COMPLETE),
    c.RestartGame: Rule(HOST, rounds.restart, GameEvent.HOST_RESTART),
    c.CloseRoom: Rule(HOST, _close_room, GameEvent.ROOM_CLOSE),
    c.LockRoom: Rule(HOST, members.lock),
    c.UnlockRoom: Rule(HOST, members.unlock),
    c.UpdateSettings: Rule(HOST, _update_settings, states=BEFORE_GAME | {RoomState.FINAL_RESULTS}),
    c.KickPlayer: Rule(HOST, members.kick),
    c.BanPlayer: Rule(HOST, members.ban),
    c.TransferHost: Rule(HOST, members.transfer_host),
    c.ReportWord: Rule(MEMBER, _report_word, states=frozenset({RoomState.SCORE_REVIEW})),
    c.LeaveRoom: Rule(PLAYER, members.leave),
    c.Join: Rule(NEWCOMER, members.join),
    c.HostArrived: Rule(MEMBER, members.host_arrived),
    c.Connected: Rule(MEMBER, members.connected),
    c.Disconnected: Rule(MEMBER, members.disconnected),
}
