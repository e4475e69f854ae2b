"""The engine's entry points: make a room, apply a command, advance the clock, view, save and load.

A command is checked in the order of docs/spec.md §1.3: authorised, legal in this state, not a repeat; then applied.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from gameplay.engine import commands as c
from gameplay.engine import deadlines, hooks, match, members, names, rounds, teams
from gameplay.engine.commands import Command
from gameplay.engine.deadlines import Deadline, DeadlineKind
from gameplay.engine.errors import IllegalMove, NotAllowed, RoomClosed
from gameplay.engine.events import Emission
from gameplay.engine.model import FIRST_HOST, Member, Room, Settings
from gameplay.engine.ports import Library
from gameplay.engine.projections import game_state
from gameplay.engine.settings import parse_settings, update_settings
from gameplay.engine.snapshot import dump_deck, dump_state, load
from gameplay.engine.states import BEFORE_GAME, IN_ROUND, GameEvent, RoomState
from gameplay.engine.step import Step
from gameplay.engine.transitions import HOLDER, HOST, MEMBER, NEWCOMER, PLAYER, SYSTEM, Who, is_repeat, source_states

__all__ = [
    "COMMANDS",
    "Library",
    "Rule",
    "advance",
    "apply",
    "create",
    "dump_deck",
    "dump_state",
    "game_state",
    "load",
    "next_deadline_ms",
    "parse_settings",
    "states_for",
]

CLOSED = RoomState.ROOM_CLOSED
OPEN = frozenset(RoomState) - {CLOSED}


class Rule(NamedTuple):
    """Who may give a command, which event it is or in which states it is accepted, and its handler.

    A command whose event is a repeat changes nothing; with ``runs_on_repeat`` its handler still checks the arguments.
    """

    who: Who
    handle: Callable[[Step, str, Any], None]
    event: GameEvent | None = None
    states: frozenset[RoomState] = OPEN
    runs_on_repeat: bool = False


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

    The host counts as away until their first connection. ``creator_id`` is the account of the host, if any,
    ``team_names`` come from `teams.clean_names`, ``share_key`` is text of at least 128 random bits.
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
    """Apply ``command`` and return the events in order. Raises `GameError` and then has changed nothing.

    For `Join` ``actor_id`` is empty; the new member's id is ``player_id`` of the returned `PlayerJoined`.
    Call `advance` first, so that every deadline before ``now_ms`` has passed.
    """
    rule = COMMANDS[type(command)]
    if room.state is CLOSED:
        raise RoomClosed("This room is closed.")
    if not _is_authorised(room, actor_id, rule.who):
        raise NotAllowed("You may not do this here.")
    if room.state not in _ACCEPTED_IN[type(command)]:
        raise IllegalMove(f"Not possible in {room.state}.")
    step = Step(room, now_ms, library, hooks)
    if rule.event is None or rule.runs_on_repeat or not is_repeat(room.state, rule.event):
        rule.handle(step, actor_id, command)
        match.proceed(step)
    return step.emitted


def advance(room: Room, now_ms: int, library: Library) -> list[Emission]:
    """Let every deadline up to ``now_ms`` pass: ticks, ends of rounds, pauses, promotions, removals."""
    step = Step(room, now_ms, library, hooks)
    while (deadline := deadlines.earliest(room)) is not None and deadline.at_ms <= now_ms:
        _on_deadline(step, deadline)
    return step.emitted


def next_deadline_ms(room: Room) -> int | None:
    """When `advance` has something to do next; None: not before the next command."""
    deadline = deadlines.earliest(room)
    return None if deadline is None else deadline.at_ms


def states_for(command: type[Command], *, with_repeats: bool = False) -> frozenset[RoomState]:
    """The states that accept ``command``; those where it is a repeat and changes nothing only ``with_repeats``."""
    rule = COMMANDS[command]
    if rule.event is None:
        return rule.states
    return rule.states & source_states(rule.event, rule.who, with_repeats=with_repeats)


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


def _on_deadline(step: Step, deadline: Deadline) -> None:
    handle = _ROOM_DEADLINES.get(deadline.kind)
    if handle is not None:
        handle(step)
    else:
        _MEMBER_DEADLINES[deadline.kind](step, step.room.members[deadline.member_id])
    match.proceed(step)


COMMANDS: dict[type[Command], Rule] = {
    c.StartTeamSetup: Rule(HOST, teams.start_setup, GameEvent.HOST_START_SETUP, runs_on_repeat=True),
    c.JoinTeam: Rule(PLAYER, teams.join_team, GameEvent.PLAYER_ASSIGNED),
    c.AssignPlayer: Rule(HOST, teams.assign_player, GameEvent.PLAYER_ASSIGNED),
    c.ShuffleTeams: Rule(HOST, teams.shuffle, GameEvent.PLAYER_ASSIGNED),
    c.CancelTeamSetup: Rule(HOST, teams.cancel_setup, GameEvent.HOST_CANCEL_SETUP),
    c.ConfirmStart: Rule(HOST, match.confirm_start, GameEvent.HOST_CONFIRM_START),
    c.WordSwiped: Rule(HOLDER, rounds.swipe, GameEvent.WORD_SWIPED),
    c.UndoSwipe: Rule(HOLDER, rounds.undo, GameEvent.WORD_SWIPED),
    c.CorrectWord: Rule(HOST, rounds.correct_word, GameEvent.SCORES_CALCULATED),
    c.PauseGame: Rule(HOST, rounds.pause, GameEvent.HOST_PAUSE),
    c.ResumeGame: Rule(HOST, rounds.resume, GameEvent.HOST_RESUME),
    c.NextRound: Rule(HOST, match.next_round, GameEvent.NEXT_ROUND_READY),
    c.EndGame: Rule(HOST, match.end_game, GameEvent.GAME_COMPLETE),
    c.RestartGame: Rule(HOST, match.restart, GameEvent.HOST_RESTART),
    c.CloseRoom: Rule(HOST, match.close_room, GameEvent.ROOM_CLOSE),
    c.LockRoom: Rule(HOST, members.lock),
    c.UnlockRoom: Rule(HOST, members.unlock),
    c.UpdateSettings: Rule(HOST, update_settings, states=BEFORE_GAME | {RoomState.FINAL_RESULTS}),
    c.KickPlayer: Rule(HOST, members.kick),
    c.BanPlayer: Rule(HOST, members.ban),
    c.TransferHost: Rule(HOST, members.transfer_host),
    c.ReclaimHost: Rule(MEMBER, members.reclaim_host),
    c.RenamePlayer: Rule(MEMBER, members.rename),
    c.ReportWord: Rule(MEMBER, rounds.report_word, states=frozenset({RoomState.SCORE_REVIEW})),
    c.LeaveRoom: Rule(PLAYER, members.leave),
    c.Join: Rule(NEWCOMER, members.join),
    c.Return: Rule(NEWCOMER, members.return_to_room),
    c.HostArrived: Rule(MEMBER, members.host_arrived),
    c.Connected: Rule(MEMBER, members.connected),
    c.Disconnected: Rule(MEMBER, members.disconnected),
}
_ACCEPTED_IN = {command: states_for(command, with_repeats=True) for command in COMMANDS}

_ROOM_DEADLINES: dict[DeadlineKind, Callable[[Step], None]] = {
    DeadlineKind.AUTO_PAUSE: rounds.auto_pause,
    DeadlineKind.ROUND_TIMEOUT: rounds.time_out,
    DeadlineKind.TIMER_TICK: rounds.tick,
    DeadlineKind.COUNTDOWN: match.count_down,
    DeadlineKind.END_REVIEW: match.end_review,
    DeadlineKind.REPLACE_EXPLAINER: rounds.replace_explainer,
    DeadlineKind.PROMOTE_HOST: members.promote_successor,
}
_MEMBER_DEADLINES: dict[DeadlineKind, Callable[[Step, Member], None]] = {
    DeadlineKind.WARN: members.warn,
    DeadlineKind.LOST: members.mark_lost,
    DeadlineKind.REMOVE: members.remove_absent,
}
