"""An observer that rebuilds a room from its events and compares it with the room."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from gameplay.engine import events, game
from gameplay.engine.deadlines import Deadline
from gameplay.engine.events import Audience, Emission, Event, WordRevealed
from gameplay.engine.game import next_deadline_ms
from gameplay.engine.model import MAX_PLAYERS, MAX_REMEMBERED, Room, Word
from gameplay.engine.projections import game_state
from gameplay.engine.states import IN_ROUND, GameEvent
from gameplay.engine.states import RoomState as S
from gameplay.engine.step import Step
from gameplay.engine.transitions import TABLE
from tests.support.game import as_json

MOST_DEADLINES_AT_ONCE = 200
GAME_STARTS = {GameEvent.HOST_CONFIRM_START, GameEvent.HOST_RESTART}
AT_REST = set(S) - {S.ROUND_ENDED, S.GAME_ENDED}


class RoomObserver:
    """The state, numbers and points of a room, from its events alone."""

    def __init__(self, room: Room) -> None:
        self.state = room.state
        self.sequence_id = room.sequence_id
        self.state_version = room.state_version
        self.points: dict[str, tuple[str, int]] = {}
        self.taken: Counter[tuple[S, GameEvent, S]] = Counter()

    def on_restart(self, room: Room) -> None:
        """Check that the counters of the restored room exceed all that were seen."""
        assert room.sequence_id > self.sequence_id
        assert room.state_version > self.state_version
        self.sequence_id, self.state_version = room.sequence_id, room.state_version

    def record(self, room: Room, said: list[Emission]) -> None:
        """Record events in order; ``room`` is their result."""
        live = room.round.word if room.round is not None else None
        for emission in said:
            assert live is None or isinstance(emission.event, WordRevealed) or not _reveals(emission.event, live)
            self._number(emission)
            self._move(emission.event)
            self._count(emission.event)

    def check(self, room: Room, now_ms: int) -> None:
        """Check the invariants of a room at rest."""
        assert room.state in AT_REST
        assert room.state is self.state
        assert room.sequence_id == self.sequence_id
        assert room.state_version == self.state_version
        _check_people(room)
        _check_clocks(room, now_ms)
        self._check_scores(room)
        _check_secrets(room, now_ms)

    def _number(self, emission: Emission) -> None:
        if not emission.event.LOGGED:
            assert emission.sequence_id is None
            assert emission.state_version is None
            return
        assert emission.sequence_id == self.sequence_id + 1
        assert emission.state_version is not None
        assert emission.state_version >= self.state_version
        self.sequence_id = emission.sequence_id
        self.state_version = emission.state_version

    def _move(self, event: Event) -> None:
        if isinstance(event, events.StateChanged):
            move = (self.state, event.event, event.state)
            assert any((row.source, row.event, row.target) == move and not row.repeat for row in TABLE), move
            assert event.state_version == self.state_version
            self.taken[move] += 1
            self.state = event.state
            if event.event in GAME_STARTS:
                self.points.clear()

    def _count(self, event: Event) -> None:
        if isinstance(event, events.WordResult):
            assert event.word_id not in self.points, "a word counted twice"
            self.points[event.word_id] = (event.team_id, event.points_awarded)
        elif isinstance(event, events.WordCorrected):
            assert event.word_id in self.points
            if event.action == "undone":
                del self.points[event.word_id]
            else:
                self.points[event.word_id] = (event.team_id, event.points_awarded)
        else:
            return
        assert event.new_score == self._score(event.team_id)

    def _score(self, team_id: str) -> int:
        return sum(points for team, points in self.points.values() if team == team_id)

    def _check_scores(self, room: Room) -> None:
        for team in room.teams:
            assert team.score == self._score(team.id)
            lines = sum(line.points for line in room.rounds if line.team_id == team.id)
            if room.state in IN_ROUND and room.round is not None and room.round.team_id == team.id:
                lines += sum(word.points for word in room.round.words)
            assert team.score == lines or room.state is S.ROOM_CLOSED


def _check_people(room: Room) -> None:
    former = [former for former in room.former_players if former.id not in room.members]
    names = [somebody.name for somebody in (*room.members.values(), *former)]
    assert len(set(names)) == len(names)
    assert len(room.former_players) <= MAX_REMEMBERED
    assert list(room.members) == sorted(room.members)
    waiting = [member for member in room.members.values() if member.connected and not member.seated]
    assert len(room.players) == MAX_PLAYERS or all(member.id == room.host_id for member in waiting)
    assert len(room.players) <= MAX_PLAYERS
    assert room.host_id in room.members
    assert not room.host.seated or room.settings.word_holder == "explainer"
    seats = {player_id: team.id for team in room.teams for player_id in team.players}
    assert len(seats) == sum(len(team.players) for team in room.teams), "somebody sits twice"
    assert seats == {member.id: member.team_id for member in room.members.values() if member.team_id is not None}
    assert all(room.members[player_id].seated for player_id in seats)
    assert all(0 <= team.rotation <= len(team.players) for team in room.teams)
    assert all(member.connected == (member.away_since_ms is None) for member in room.members.values())
    if room.state is S.READY_TO_START:
        assert room.is_balanced
    if room.state is S.TEAM_SETUP and any(player.connected for player in room.players):
        assert not room.is_balanced
    if room.state is S.READY_FOR_NEXT and room.host.connected:
        assert not any(player.connected and player.team_id in room.queue for player in room.players)


def _check_clocks(room: Room, now_ms: int) -> None:
    due_ms = next_deadline_ms(room)
    if room.state is S.ROOM_CLOSED:
        assert due_ms is None
        return
    assert due_ms is None or due_ms > now_ms
    playing = room.round
    assert (room.countdown_at_ms is not None) == (room.state is S.ROUND_STARTING)
    assert (room.turn is not None) == (room.state is S.ROUND_STARTING)
    assert (room.review_until_ms is not None) == (room.state is S.SCORE_REVIEW)
    assert (room.paused_reason is not None) == (room.state is S.ROUND_PAUSED)
    if room.state in IN_ROUND:
        assert playing is not None
        assert playing.holder_id in (playing.explainer_id, room.host_id)
        assert (playing.ends_at_ms is None) == (room.state is S.ROUND_PAUSED)
        assert 0 <= playing.remaining(now_ms) <= playing.duration_ms
        assert playing.word is not None or room.state is S.ROUND_PAUSED
        texts = [word.text for word in playing.words] + ([playing.word.text] if playing.word else [])
        assert len(set(texts)) == len(texts), "a word came twice in a round"


def _reveals(value: object, word: Word) -> bool:
    """Whether ``value`` reveals this word to a client."""
    return f'"{word.text}"' in as_json(value)


def _check_secrets(room: Room, now_ms: int) -> None:
    live = room.round.word if room.round is not None else None
    if live is None:
        return
    holder_id = room.round.holder_id if room.round is not None and room.state in IN_ROUND else None
    onlooker = game_state(room, None, now_ms)
    assert not _reveals(onlooker, live)
    for member_id in room.members:
        view = game_state(room, member_id, now_ms)
        assert (view == onlooker) == (member_id != holder_id)


@contextmanager
def checked_steps() -> Iterator[None]:
    """While open, check that words go to their holder alone and that a room comes to rest after some deadlines."""
    emit, on_deadline, advance = Step.emit, game._on_deadline, game.advance
    happened = Counter[int]()

    def emit_watched(step: Step, event: Event, audience: Audience = "all", actor_id: str | None = None) -> None:
        if isinstance(event, WordRevealed):
            assert step.room.round is not None
            assert actor_id == step.room.round.holder_id
            assert audience in ("host", "actor")
            assert audience == "actor" or actor_id == step.room.host_id
        emit(step, event, audience, actor_id)

    def on_deadline_watched(step: Step, deadline: Deadline) -> None:
        happened[id(step)] += 1
        assert happened[id(step)] <= MOST_DEADLINES_AT_ONCE, f"no end of {deadline}"
        on_deadline(step, deadline)

    def advance_watched(*args: object) -> list[Emission]:
        happened.clear()
        return advance(*args)  # type: ignore[arg-type]

    with ExitStack() as stack:
        stack.enter_context(patch.object(Step, "emit", emit_watched))
        stack.enter_context(patch.object(game, "_on_deadline", on_deadline_watched))
        stack.enter_context(patch.object(game, "advance", advance_watched))
        yield
