"""A game driven through the engine: the cast, a manual clock, a library of known words.

Alice hosts; Bob, Carol, Dave and Erin play, in this order in two teams: Bob and Dave against Carol and Erin.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from gameplay.engine import commands as c
from gameplay.engine import events, snapshot
from gameplay.engine.commands import Command
from gameplay.engine.events import Emission, Event
from gameplay.engine.game import advance, apply, create, next_deadline_ms, parse_settings
from gameplay.engine.model import Difficulty, Member, Room, Round, Settings, Team, Word
from gameplay.engine.projections import GameState, game_state
from gameplay.engine.states import RoomState

E = TypeVar("E", bound=Event)

CAST = ("Bob", "Carol", "Dave", "Erin")
CROWD = (*CAST, "Frank", "Grace", "Heidi", "Ivan", "Judy", "Ken")
NOON_MS = 1_800_000_000_000
GRADES: tuple[Difficulty, ...] = ("easy", "medium", "hard")


class FakeLibrary:
    """A library of English packs; the text of a word names its pack."""

    def __init__(self, **sizes: int) -> None:
        self.packs: dict[str, list[Word]] = {}
        for pack_id, size in sizes.items():
            self.put(pack_id, size)

    def put(self, pack_id: str, size: int) -> None:
        """Add a pack of ``size`` words of alternating difficulties."""
        first = 1 + sum(len(words) for words in self.packs.values())
        self.packs[pack_id] = [
            Word(ref=first + index, text=f"{pack_id} no. {index + 1}", difficulty=GRADES[index % 3], pack_id=pack_id)
            for index in range(size)
        ]

    def words(self, pack_ids: tuple[str, ...], difficulty: str, language: str) -> list[Word]:
        if language != "en":
            return []
        return [
            word
            for pack_id in pack_ids
            for word in self.packs.get(pack_id, [])
            if difficulty in ("mixed", word.difficulty)
        ]

    def has_pack(self, pack_id: str, owner_id: int | None = None) -> bool:
        return pack_id in self.packs

    def forbids_name(self, name: str, language: str) -> bool:
        return "rude" in name.casefold() and language == "en"


def secret_of(name: str) -> str:
    """The hash of this member's session secret."""
    return f"hash of {name}'s secret"


class Game:
    """A room, its clock and all its events. ``settings`` by their names on the wire."""

    def __init__(self, seed: int = 7, library: FakeLibrary | None = None, **settings: Any) -> None:
        self.library = library or FakeLibrary(default_animals=200, default_food=40)
        self.now_ms = NOON_MS
        self.said: list[Emission] = []
        self.room: Room = create(
            "ABC234",
            "Alice",
            secret_of("Alice"),
            parse_settings(settings, Settings(), self.library),
            seed,
            self.now_ms,
        )

    # Commands and time

    def give(self, name: str, command: Command) -> list[Emission]:
        """Apply ``command`` by ``name`` now; return its events."""
        said = apply(self.room, self.id(name), command, self.now_ms, self.library)
        self.said += said
        return said

    def pass_ms(self, duration_ms: int) -> list[Emission]:
        """Advance the clock, stopping at each deadline; return the events."""
        until_ms = self.now_ms + duration_ms
        said: list[Emission] = []
        while (due_ms := next_deadline_ms(self.room)) is not None and due_ms <= until_ms:
            self.now_ms = max(self.now_ms, due_ms)
            said += advance(self.room, self.now_ms, self.library)
        self.now_ms = until_ms
        self.said += said
        return said

    def pass_s(self, duration_s: float) -> list[Emission]:
        """`pass_ms` in seconds."""
        return self.pass_ms(round(duration_s * 1000))

    def pass_until(self, *states: RoomState) -> list[Emission]:
        """Advance the clock until the room is in one of ``states``; return the events."""
        said: list[Emission] = []
        while self.state not in states:
            due_ms = next_deadline_ms(self.room)
            assert due_ms is not None, f"{self.state} waits for ever"
            said += self.pass_ms(max(0, due_ms - self.now_ms))
        return said

    # People

    def id(self, name: str) -> str:
        """The id of the member with this name; for a stranger the name itself."""
        return next((member.id for member in self.room.members.values() if member.name == name), name)

    def name(self, actor_id: str | None) -> str:
        """The name of a member, or the id where there is no such member."""
        member = self.room.members.get(actor_id or "")
        return member.name if member else str(actor_id)

    def member(self, name: str) -> Member:
        return self.room.members[self.id(name)]

    def arrive(self) -> list[Emission]:
        """Open the host's first connection."""
        return self.give("Alice", c.HostArrived()) + self.give("Alice", c.Connected())

    def join(self, *names: str) -> list[Emission]:
        return [emission for name in names for emission in self.give("", c.Join(name=name, session=secret_of(name)))]

    def drop(self, *names: str) -> list[Emission]:
        """Close the connections of these members."""
        return [emission for name in names for emission in self.give(name, c.Disconnected())]

    def come_back(self, *names: str) -> list[Emission]:
        """Open the connections of these members again."""
        return [emission for name in names for emission in self.give(name, c.Connected())]

    def free_seat(self, *names: str) -> list[Emission]:
        """These are away until their seats are freed."""
        self.drop(*names)
        return self.pass_s(60)

    def return_to_room(self, name: str, new_name: str = "") -> list[Emission]:
        """A former player comes back with the old session."""
        former = next((former for former in self.room.former_players if former.name == name), None)
        return self.give("", c.Return(player_id=former.id if former else name, name=new_name))

    def leave(self, name: str) -> list[Emission]:
        return self.give(name, c.LeaveRoom())

    def kick(self, name: str) -> list[Emission]:
        return self.give("Alice", c.KickPlayer(player_id=self.id(name)))

    def ban(self, name: str) -> list[Emission]:
        return self.give("Alice", c.BanPlayer(player_id=self.id(name)))

    def hand_over_to(self, name: str) -> list[Emission]:
        """Transfer the role of the host to this player."""
        return self.give(self.host, c.TransferHost(player_id=self.id(name)))

    @property
    def host(self) -> str:
        return self.name(self.room.host_id)

    # Teams

    def set_up(self, number: int | None = None) -> list[Emission]:
        return self.give(self.host, c.StartTeamSetup(num_teams=number))

    def sit(self, name: str, team: int) -> list[Emission]:
        """Let a player join the team of this number, counted from 1."""
        return self.give(name, c.JoinTeam(team_id=f"team_{team}"))

    def assign(self, name: str, team: int) -> list[Emission]:
        return self.give(self.host, c.AssignPlayer(player_id=self.id(name), team_id=f"team_{team}"))

    def seat_everybody(self) -> list[Emission]:
        """Assign all players to the teams in turn."""
        number = len(self.room.teams)
        return [
            emission
            for index, player in enumerate(self.room.players)
            for emission in self.sit(player.name, index % number + 1)
        ]

    def team(self, number: int) -> Team:
        return self.room.teams[number - 1]

    def team_names(self) -> list[list[str]]:
        """The names of the players of each team."""
        return [[self.name(player) for player in team.players] for team in self.room.teams]

    def scores(self) -> list[int]:
        return [team.score for team in self.room.teams]

    # Rounds

    def start(self) -> list[Emission]:
        return self.give(self.host, c.ConfirmStart())

    def swipe(self, action: str = "guessed") -> list[Emission]:
        """Swipe the live word, as the word holder."""
        return self.give(self.holder, c.WordSwiped(word_id=self.round.word_id or "", action=action))  # type: ignore[arg-type]

    def guess(self, number: int = 1) -> None:
        for _ in range(number):
            self.swipe("guessed")

    def skip(self, number: int = 1) -> None:
        for _ in range(number):
            self.swipe("skipped")

    def undo(self) -> list[Emission]:
        return self.give(self.holder, c.UndoSwipe())

    def correct(self, word_id: str, action: str) -> list[Emission]:
        return self.give(self.host, c.CorrectWord(word_id=word_id, action=action))  # type: ignore[arg-type]

    def pause(self) -> list[Emission]:
        return self.give(self.host, c.PauseGame())

    def resume(self) -> list[Emission]:
        return self.give(self.host, c.ResumeGame())

    def end(self) -> list[Emission]:
        return self.give(self.host, c.EndGame())

    def play_turn(self, guessed: int = 0, skipped: int = 0) -> list[Emission]:
        """Play the next turn, from the countdown to the review."""
        said = self.pass_until(RoomState.ROUND_ACTIVE)
        self.guess(guessed)
        self.skip(skipped)
        return said + self.pass_until(RoomState.SCORE_REVIEW)

    def play_out(self, *points: int) -> list[Emission]:
        """Play a turn for each of these points, and end the last review."""
        for each in points:
            self.play_turn(guessed=each)
        return self.pass_until(RoomState.ROUND_STARTING, RoomState.FINAL_RESULTS)

    def rematch(self) -> list[Emission]:
        return self.give(self.host, c.RestartGame())

    # What is so now

    @property
    def state(self) -> RoomState:
        return self.room.state

    @property
    def round(self) -> Round:
        """The running or just finished round."""
        assert self.room.round is not None, f"no round in {self.state}"
        return self.room.round

    @property
    def holder(self) -> str:
        return self.name(self.round.holder_id)

    @property
    def explainer(self) -> str:
        return self.name(self.round.explainer_id)

    @property
    def word(self) -> str:
        """The text of the live word."""
        assert self.round.word is not None, "no word is live"
        return self.round.word.text

    def view(self, name: str | None = None) -> GameState:
        """The view of this member (None: of a spectator)."""
        return game_state(self.room, None if name is None else self.id(name), self.now_ms)

    def remaining_ms(self) -> int:
        return self.round.remaining(self.now_ms)

    def saved(self) -> bytes:
        """The room as a snapshot."""
        return snapshot.dump_state(self.room) + snapshot.dump_deck(self.room)

    def restart_server(self, down_ms: int = 3_000) -> None:
        """Restore the room from its snapshot after ``down_ms``."""
        state, deck = snapshot.dump_state(self.room), snapshot.dump_deck(self.room)
        stopped_ms = self.now_ms
        self.now_ms += down_ms
        self.room = snapshot.load(state, deck)
        snapshot.resume(self.room, stopped_ms, self.now_ms)


def lobby(*names: str, **settings: Any) -> Game:
    """A lobby with Alice and these players, by default the cast."""
    game = Game(**settings)
    game.arrive()
    game.join(*(names or CAST))
    return game


def teams_ready(*names: str, **settings: Any) -> Game:
    """Balanced teams: ``READY_TO_START``."""
    game = lobby(*names, **settings)
    game.set_up()
    game.seat_everybody()
    return game


def started(*names: str, **settings: Any) -> Game:
    """The first countdown has started."""
    game = teams_ready(*names, **settings)
    game.start()
    return game


def in_round(*names: str, **settings: Any) -> Game:
    """The first round has started; Bob explains."""
    game = started(*names, **settings)
    game.pass_until(RoomState.ROUND_ACTIVE)
    return game


def in_review(*names: str, **settings: Any) -> Game:
    """The first round is over: Bob's team guessed one word and skipped one."""
    game = started(*names, **settings)
    game.play_turn(guessed=1, skipped=1)
    return game


def waiting(*names: str, **settings: Any) -> Game:
    """``READY_FOR_NEXT``: all players are away, Alice is connected."""
    game = in_review(*names, **settings)
    game.drop(*(names or CAST))
    game.pass_until(RoomState.READY_FOR_NEXT)
    return game


def finished(*names: str, **settings: Any) -> Game:
    """The results of the first game, won by Bob's team."""
    game = started(*names, **{"roundsPerTeam": 1, **settings})
    game.play_turn(guessed=2)
    while game.state is not RoomState.FINAL_RESULTS:
        game.play_turn()
        game.pass_until(RoomState.ROUND_STARTING, RoomState.FINAL_RESULTS)
    return game


def _paused() -> Game:
    game = in_round()
    game.guess()
    game.pause()
    return game


def _being_set_up() -> Game:
    game = lobby()
    game.set_up()
    return game


def _closed() -> Game:
    game = lobby()
    game.give("Alice", c.CloseRoom())
    return game


def _empty() -> Game:
    game = Game()
    game.arrive()
    return game


SCENES: dict[RoomState, Callable[[], Game]] = {
    RoomState.ROOM_CREATED: _empty,
    RoomState.LOBBY: lobby,
    RoomState.TEAM_SETUP: _being_set_up,
    RoomState.READY_TO_START: teams_ready,
    RoomState.ROUND_STARTING: started,
    RoomState.ROUND_ACTIVE: in_round,
    RoomState.ROUND_PAUSED: _paused,
    RoomState.SCORE_REVIEW: in_review,
    RoomState.READY_FOR_NEXT: waiting,
    RoomState.FINAL_RESULTS: finished,
    RoomState.ROOM_CLOSED: _closed,
}
"""A game in each state in which a room can rest."""


def all_of(said: Sequence[Emission], kind: type[E]) -> list[E]:
    """The events of this type, in order."""
    return [emission.event for emission in said if isinstance(emission.event, kind)]


def the(said: Sequence[Emission], kind: type[E]) -> E:
    """The only event of this type."""
    (event,) = all_of(said, kind)
    return event


def types(said: Sequence[Emission]) -> list[str]:
    """The types of the events on the wire; for events without a message their class names."""
    return [emission.event.TYPE or type(emission.event).__name__ for emission in said]


def path(said: Sequence[Emission]) -> list[RoomState]:
    """The states that were entered, in order."""
    return [event.state for event in all_of(said, events.StateChanged)]


def as_json(value: Any) -> str:
    """``value`` as JSON, as clients read it."""
    return msgspec.json.encode(value).decode()
