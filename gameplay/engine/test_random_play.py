"""Invariants under random commands, absences, restarts and delays."""

from contextlib import AbstractContextManager
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gameplay.engine import commands as c
from gameplay.engine import game as engine
from gameplay.engine import snapshot
from gameplay.engine.commands import Command
from gameplay.engine.errors import GameError
from gameplay.engine.events import Emission
from gameplay.engine.game import next_deadline_ms
from gameplay.engine.model import Room
from gameplay.engine.states import BEFORE_GAME
from gameplay.engine.states import RoomState as S
from tests.support.game import CROWD, FakeLibrary, Game, secret_of
from tests.support.room_observer import RoomObserver, checked_steps

NAMES = ("Alice", *CROWD, "Liam", "bob", "", "\u202eEve")
TEAMS = ("team_1", "team_2", "team_3", "team_6")
BETWEEN_GAMES = BEFORE_GAME | {S.FINAL_RESULTS, S.ROOM_CLOSED}
FOR_HOSTS = {
    c.StartTeamSetup,
    c.AssignPlayer,
    c.ShuffleTeams,
    c.CancelTeamSetup,
    c.ConfirmStart,
    c.CorrectWord,
    c.PauseGame,
    c.ResumeGame,
    c.NextRound,
    c.EndGame,
    c.RestartGame,
    c.CloseRoom,
    c.LockRoom,
    c.UnlockRoom,
    c.UpdateSettings,
    c.KickPlayer,
    c.BanPlayer,
    c.TransferHost,
}
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "numTeams": st.integers(2, 3),
        "roundDurationSec": st.just(10),
        "roundsPerTeam": st.integers(1, 2),
        "targetScore": st.sampled_from([None, 5]),
        "skipPenalty": st.integers(-1, 0),
        "wordPackIds": st.sampled_from([["animals"], ["food"], ["animals", "food"]]),
        "difficulty": st.sampled_from(["mixed", "easy"]),
        "wordHolder": st.sampled_from(["host", "explainer"]),
    },
)
BAD_SETTINGS = st.sampled_from([{"numTeams": 9}, {"colour": 1}, {"wordPackIds": []}, {"language": "xx"}])
SPANS_MS = st.sampled_from([0, 1, 400, 1_000, 3_000, 5_000, 9_999, 10_000, 15_000, 30_001, 60_000, 200_000])
ACTIONS = st.sampled_from(["guessed", "skipped"])


class Party(RuleBasedStateMachine):
    """A room, its members of all times, and a twin that is restored from snapshots."""

    @initialize(settings=SETTINGS, seed=st.integers(0, 3), number=st.integers(0, 6))
    def open_the_room(self, settings: dict[str, Any], seed: int, number: int) -> None:
        library = FakeLibrary(animals=12, food=7)
        self.game = Game(seed=seed, library=library, **{"wordPackIds": ["animals"], "roundDurationSec": 10, **settings})
        self.twin: Room | None = None
        self.strangers = ["nobody", "player_999"]
        self.observer = RoomObserver(self.game.room)
        self.watch: AbstractContextManager[None] = checked_steps()
        self.watch.__enter__()
        self.give("host_1", c.HostArrived())
        self.give("host_1", c.Connected())
        for name in CROWD[:number]:
            self.give("", c.Join(name=name, session=secret_of(name)))

    def teardown(self) -> None:
        if hasattr(self, "watch"):
            self.watch.__exit__(None, None, None)

    # What is done to the room, and to its twin

    @property
    def room(self) -> Room:
        return self.game.room

    def give(self, actor_id: str, command: Command) -> None:
        """Apply a command to both rooms; a rejection must change nothing."""
        self.advance()
        before, host_id = self.game.saved(), self.room.host_id
        outcome = self.outcome(self.room, actor_id, command)
        if self.twin is not None:
            assert self.outcome(self.twin, actor_id, command) == outcome
        if isinstance(outcome, str):
            assert self.game.saved() == before, f"{outcome}, and yet something has changed"
        else:
            assert type(command) not in FOR_HOSTS or actor_id == host_id
            self.hear(outcome)

    def outcome(self, room: Room, actor_id: str, command: Command) -> list[Emission] | str:
        """The events, or the code of the rejection."""
        try:
            return engine.apply(room, actor_id, command, self.game.now_ms, self.game.library)
        except GameError as refusal:
            return refusal.code

    def advance(self) -> None:
        """Let the deadlines pass in both rooms."""
        said = engine.advance(self.room, self.game.now_ms, self.game.library)
        if self.twin is not None:
            assert engine.advance(self.twin, self.game.now_ms, self.game.library) == said
        self.hear(said)

    def hear(self, said: list[Emission]) -> None:
        self.observer.record(self.room, said)

    @property
    def holder_id(self) -> str:
        return self.room.round.holder_id if self.room.round else "nobody"

    @property
    def live_word_id(self) -> str:
        return (self.room.round.word_id if self.room.round else None) or "word_0"

    def player(self, data: st.DataObject) -> str:
        """The id of a player, sometimes of one who was removed or never joined."""
        players = [player.id for player in (*self.room.players, *self.room.former_players)]
        return data.draw(st.sampled_from([*players, *players, "host_1", *self.strangers]))

    # People

    @precondition(lambda self: len(self.room.players) < 12)
    @rule(number=st.integers(1, 4))
    def people_join(self, number: int) -> None:
        taken = {member.name for member in self.room.members.values()}
        for name in [name for name in CROWD if name not in taken][:number]:
            self.give("", c.Join(name=name, session=secret_of(name)))

    @rule(name=st.sampled_from(NAMES))
    def somebody_joins_under_any_name(self, name: str) -> None:
        self.give("", c.Join(name=name, session=secret_of(name)))

    @rule(data=st.data(), back=st.booleans())
    def a_line_is_lost_or_back(self, data: st.DataObject, back: bool) -> None:
        member_id = data.draw(st.sampled_from([member.id for member in self.room.members.values()]))
        self.give(member_id, c.Connected() if back else c.Disconnected())

    @precondition(lambda self: self.room.former_players)
    @rule(data=st.data(), name=st.sampled_from(["", *NAMES]))
    def somebody_returns(self, data: st.DataObject, name: str) -> None:
        former_id = data.draw(st.sampled_from([former.id for former in self.room.former_players]))
        self.give("", c.Return(player_id=former_id, name=name))

    @precondition(lambda self: self.room.host_id != "host_1" and "host_1" in self.room.members)
    @rule()
    def the_role_is_taken_back(self) -> None:
        self.give("host_1", c.ReclaimHost())

    @rule(back=st.booleans(), host_too=st.booleans())
    def all_lines_are_lost_or_back(self, back: bool, host_too: bool) -> None:
        for member_id in list(self.room.members):
            if host_too or member_id != self.room.host_id:
                self.give(member_id, c.Connected() if back else c.Disconnected())

    @rule(data=st.data(), way=st.sampled_from([c.KickPlayer, c.BanPlayer, c.TransferHost, c.TransferHost, None]))
    def somebody_goes_or_becomes_host(self, data: st.DataObject, way: Any) -> None:
        player_id = self.player(data)
        if way is None:
            self.strangers.append(player_id)
            self.give(player_id, c.LeaveRoom())
        else:
            self.give(self.room.host_id, way(player_id=player_id))

    # Teams and rules

    @precondition(lambda self: self.room.state in BEFORE_GAME)
    @rule(data=st.data(), number=st.sampled_from([None, 2, 3]), team_id=st.sampled_from(TEAMS), by_host=st.booleans())
    def teams_are_made(self, data: st.DataObject, number: int | None, team_id: str, by_host: bool) -> None:
        player_id, host_id = self.player(data), self.room.host_id
        self.give(host_id, c.StartTeamSetup(num_teams=number))
        if by_host:
            self.give(host_id, c.AssignPlayer(player_id=player_id, team_id=team_id))
        else:
            self.give(player_id, c.JoinTeam(team_id=team_id))

    @precondition(lambda self: self.room.state in BETWEEN_GAMES)
    @rule()
    def a_game_begins(self) -> None:
        """Lead the room to a countdown from its present state."""
        host_id = self.room.host_id
        for command in (c.RestartGame(), c.StartTeamSetup(), c.ShuffleTeams(), c.ConfirmStart()):
            self.give(host_id, command)

    @precondition(lambda self: self.room.state in BETWEEN_GAMES)
    @rule(settings=SETTINGS | BAD_SETTINGS)
    def the_host_changes_the_rules(self, settings: dict[str, Any]) -> None:
        self.give(self.room.host_id, c.UpdateSettings(settings=settings))

    # Play

    @precondition(lambda self: self.room.state is S.ROUND_ACTIVE)
    @rule(actions=st.lists(ACTIONS, min_size=1, max_size=5), undone=st.integers(0, 2))
    def the_holder_swipes_and_undoes(self, actions: list[Any], undone: int) -> None:
        for action in actions:
            self.give(self.holder_id, c.WordSwiped(word_id=self.live_word_id, action=action))
        for _ in range(undone):
            self.give(self.holder_id, c.UndoSwipe())

    @precondition(lambda self: self.room.state is S.SCORE_REVIEW)
    @rule(data=st.data(), action=ACTIONS)
    def a_word_is_corrected(self, data: st.DataObject, action: Any) -> None:
        played = [word.word_id for word in self.room.round.words] if self.room.round else []
        word_id = data.draw(st.sampled_from([*played, "word_0"]))
        self.give(self.room.host_id, c.CorrectWord(word_id=word_id, action=action))

    @precondition(lambda self: self.room.state not in BETWEEN_GAMES)
    @rule(command=st.sampled_from([c.PauseGame(), c.ResumeGame(), c.ResumeGame(), c.NextRound(), c.EndGame()]))
    def the_host_steers(self, command: Command) -> None:
        self.give(self.room.host_id, command)

    @rule(data=st.data())
    def anybody_says_anything(self, data: st.DataObject) -> None:
        player_id = self.player(data)
        word_id = data.draw(st.sampled_from([self.live_word_id, "word_1", "word_2"]))
        commands = [
            *(kind() for kind in sorted(FOR_HOSTS, key=repr) if not kind.__struct_fields__ and kind is not c.CloseRoom),
            c.StartTeamSetup(num_teams=5),
            c.JoinTeam(team_id="team_1"),
            c.AssignPlayer(player_id=player_id, team_id="team_2"),
            c.WordSwiped(word_id=word_id, action="guessed"),
            c.UndoSwipe(),
            c.CorrectWord(word_id=word_id, action="skipped"),
            c.UpdateSettings(settings={"roundsPerTeam": 1}),
            c.KickPlayer(player_id=player_id),
            c.BanPlayer(player_id=player_id),
            c.TransferHost(player_id=player_id),
            c.ReclaimHost(),
            c.RenamePlayer(player_id=player_id, player_name=data.draw(st.sampled_from(NAMES))),
            c.Return(player_id=player_id),
            c.ReportWord(word_id=word_id),
            c.LeaveRoom(),
            c.Connected(),
            c.Disconnected(),
            c.HostArrived(),
        ]
        members = [*self.room.members]
        actor_id = data.draw(st.sampled_from([*members, *members, *self.strangers]))
        self.give(actor_id, data.draw(st.sampled_from(commands)))

    @precondition(lambda self: self.room.game_number > 1)
    @rule()
    def the_room_is_closed(self) -> None:
        self.give(self.room.host_id, c.CloseRoom())

    # Time

    @rule(steps=st.integers(1, 16))
    def the_game_goes_on(self, steps: int) -> None:
        """Let the next deadlines pass."""
        for _ in range(steps):
            due_ms = next_deadline_ms(self.room)
            if due_ms is None:
                return
            self.game.now_ms = max(self.game.now_ms, due_ms)
            self.advance()

    @precondition(lambda self: self.room.state not in BETWEEN_GAMES)
    @rule()
    def the_game_goes_on_to_the_next_round(self) -> None:
        self.the_game_goes_on(16)

    @rule(span_ms=SPANS_MS)
    def time_passes(self, span_ms: int) -> None:
        """Let each deadline pass in time."""
        until_ms = self.game.now_ms + span_ms
        while (due_ms := next_deadline_ms(self.room)) is not None and due_ms <= until_ms:
            self.game.now_ms = max(self.game.now_ms, due_ms)
            self.advance()
        self.game.now_ms = until_ms

    @rule(span_ms=SPANS_MS)
    def the_clock_stalls(self, span_ms: int) -> None:
        """Let deadlines pass late, all in one call."""
        self.game.now_ms += span_ms
        self.advance()

    # Bytes

    @rule()
    def a_twin_is_read_from_the_bytes(self) -> None:
        self.twin = snapshot.load(snapshot.dump_state(self.room), snapshot.dump_deck(self.room))

    @rule(down_ms=SPANS_MS, back=st.booleans())
    def the_server_restarts(self, down_ms: int, back: bool) -> None:
        self.twin = None
        self.game.restart_server(down_ms)
        self.observer.on_restart(self.room)
        if back:
            self.all_lines_are_lost_or_back(back=True, host_too=True)

    # What always holds

    @invariant()
    def the_books_agree(self) -> None:
        if hasattr(self, "game"):
            self.advance()
            self.observer.check(self.room, self.game.now_ms)

    @invariant()
    def the_twin_is_the_same(self) -> None:
        if getattr(self, "twin", None) is not None:
            assert self.twin == self.room


TestParty = Party.TestCase
