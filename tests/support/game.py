"""A party played straight through the engine: the cast, a clock that is moved by hand, words that are known.

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


class Shelf:
    """Word packs in memory; each word's text says which pack it is from."""

    def __init__(self, **sizes: int) -> None:
        self.packs: dict[str, list[Word]] = {}
        for pack_id, size in sizes.items():
            self.put(pack_id, size)

    def put(self, pack_id: str, size: int) -> None:
        """Add a pack of this many English words, the difficulties taking turns."""
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
    """The hash of this person's session secret, as the shell would hand it over."""
    return f"hash of {name}'s secret"


class Game:
    """One room, its clock and everything that it has said. ``settings`` as on the wire."""

    def __init__(self, seed: int = 7, shelf: Shelf | None = None, **settings: Any) -> None:
        self.shelf = shelf or Shelf(default_animals=200, default_food=40)
        self.now_ms = NOON_MS
        self.said: list[Emission] = []
        self.room: Room = create(
            "ABC234",
            "Alice",
            secret_of("Alice"),
            parse_settings(settings, Settings(), self.shelf),
            seed,
            self.now_ms,
        )

    # Commands and time

    def give(self, name: str, command: Command) -> list[Emission]:
        """``name`` gives ``command`` now. Answers with what was said because of it."""
        said = apply(self.room, self.id(name), command, self.now_ms, self.shelf)
        self.said += said
        return said

    def pass_ms(self, duration_ms: int) -> list[Emission]:
        """Let time go by, everything happening when it is due."""
        until_ms = self.now_ms + duration_ms
        said: list[Emission] = []
        while (due_ms := next_deadline_ms(self.room)) is not None and due_ms <= until_ms:
            self.now_ms = max(self.now_ms, due_ms)
            said += advance(self.room, self.now_ms, self.shelf)
        self.now_ms = until_ms
        self.said += said
        return said

    def pass_s(self, duration_s: float) -> list[Emission]:
        """`pass_ms` in seconds."""
        return self.pass_ms(round(duration_s * 1000))

    def pass_until(self, *states: RoomState) -> list[Emission]:
        """Let time go by until the room is in one of ``states``."""
        said: list[Emission] = []
        while self.state not in states:
            due_ms = next_deadline_ms(self.room)
            assert due_ms is not None, f"{self.state} waits for ever"
            said += self.pass_ms(max(0, due_ms - self.now_ms))
        return said

    # People

    def id(self, name: str) -> str:
        """The id of the member with this name; a name that nobody has is its own id, of a stranger."""
        return next((member.id for member in self.room.members.values() if member.name == name), name)

    def name(self, actor_id: str | None) -> str:
        """The name of a member, or the id where there is no such member."""
        member = self.room.members.get(actor_id or "")
        return member.name if member else str(actor_id)

    def member(self, name: str) -> Member:
        return self.room.members[self.id(name)]

    def arrive(self) -> list[Emission]:
        """Alice's first socket."""
        return self.give("Alice", c.HostArrived()) + self.give("Alice", c.Connected())

    def join(self, *names: str) -> list[Emission]:
        return [emission for name in names for emission in self.give("", c.Join(name=name, session=secret_of(name)))]

    def drop(self, *names: str) -> list[Emission]:
        """The sockets of these people are gone."""
        return [emission for name in names for emission in self.give(name, c.Disconnected())]

    def come_back(self, *names: str) -> list[Emission]:
        """The sockets of these people are there again."""
        return [emission for name in names for emission in self.give(name, c.Connected())]

    def leave(self, name: str) -> list[Emission]:
        return self.give(name, c.LeaveRoom())

    def kick(self, name: str) -> list[Emission]:
        return self.give("Alice", c.KickPlayer(player_id=self.id(name)))

    def ban(self, name: str) -> list[Emission]:
        return self.give("Alice", c.BanPlayer(player_id=self.id(name)))

    def hand_over_to(self, name: str) -> list[Emission]:
        """The host makes this player the host."""
        return self.give(self.host, c.TransferHost(player_id=self.id(name)))

    @property
    def host(self) -> str:
        return self.name(self.room.host_id)

    # Teams

    def set_up(self, number: int | None = None) -> list[Emission]:
        return self.give(self.host, c.StartTeamSetup(num_teams=number))

    def sit(self, name: str, team: int) -> list[Emission]:
        """A player sits down in the team of this number, counted from 1."""
        return self.give(name, c.JoinTeam(team_id=f"team_{team}"))

    def assign(self, name: str, team: int) -> list[Emission]:
        return self.give(self.host, c.AssignPlayer(player_id=self.id(name), team_id=f"team_{team}"))

    def seat_everybody(self) -> list[Emission]:
        """All players sit down, in turn in the first team, the second and so on."""
        number = len(self.room.teams)
        return [
            emission
            for index, player in enumerate(self.room.players)
            for emission in self.sit(player.name, index % number + 1)
        ]

    def team(self, number: int) -> Team:
        return self.room.teams[number - 1]

    def team_names(self) -> list[list[str]]:
        """Who sits where."""
        return [[self.name(player) for player in team.players] for team in self.room.teams]

    def scores(self) -> list[int]:
        return [team.score for team in self.room.teams]

    # Rounds

    def start(self) -> list[Emission]:
        return self.give(self.host, c.ConfirmStart())

    def swipe(self, action: str = "guessed") -> list[Emission]:
        """The word holder swipes the live word."""
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
        """From the countdown to the review: the turn of the team that is next."""
        said = self.pass_until(RoomState.ROUND_ACTIVE)
        self.guess(guessed)
        self.skip(skipped)
        return said + self.pass_until(RoomState.SCORE_REVIEW)

    def play_out(self, *points: int) -> list[Emission]:
        """One turn with each of these points, and on to whatever comes after the last review."""
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
        """What this person may know; None: a spectator."""
        return game_state(self.room, None if name is None else self.id(name), self.now_ms)

    def remaining_ms(self) -> int:
        return self.round.remaining(self.now_ms)

    def saved(self) -> bytes:
        """Everything about the room."""
        return snapshot.dump_state(self.room) + snapshot.dump_deck(self.room)

    def restart_server(self, down_ms: int = 3_000) -> None:
        """The server stops, and goes on from the snapshot later."""
        state, deck = snapshot.dump_state(self.room), snapshot.dump_deck(self.room)
        stopped_ms = self.now_ms
        self.now_ms += down_ms
        self.room = snapshot.load(state, deck)
        snapshot.resume(self.room, stopped_ms, self.now_ms)


def lobby(*names: str, **settings: Any) -> Game:
    """Alice and these players (the cast unless said) in the lobby."""
    game = Game(**settings)
    game.arrive()
    game.join(*(names or CAST))
    return game


def teams_ready(*names: str, **settings: Any) -> Game:
    """Everybody sits in a team, evenly: ``READY_TO_START``."""
    game = lobby(*names, **settings)
    game.set_up()
    game.seat_everybody()
    return game


def started(*names: str, **settings: Any) -> Game:
    """The first countdown has begun."""
    game = teams_ready(*names, **settings)
    game.start()
    return game


def in_round(*names: str, **settings: Any) -> Game:
    """The first round has just begun: Bob explains."""
    game = started(*names, **settings)
    game.pass_until(RoomState.ROUND_ACTIVE)
    return game


def in_review(*names: str, **settings: Any) -> Game:
    """The first round is over: Bob's team guessed one word and skipped one."""
    game = started(*names, **settings)
    game.play_turn(guessed=1, skipped=1)
    return game


def waiting(*names: str, **settings: Any) -> Game:
    """``READY_FOR_NEXT``, for all players are away; Alice is there."""
    game = in_review(*names, **settings)
    game.drop(*(names or CAST))
    game.pass_until(RoomState.READY_FOR_NEXT)
    return game


def finished(*names: str, **settings: Any) -> Game:
    """The first game has been played and won by Bob's team."""
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
    """The events of this kind, in order."""
    return [emission.event for emission in said if isinstance(emission.event, kind)]


def the(said: Sequence[Emission], kind: type[E]) -> E:
    """The one event of this kind."""
    (event,) = all_of(said, kind)
    return event


def types(said: Sequence[Emission]) -> list[str]:
    """What was said, by the type on the wire; events without a message by their class."""
    return [emission.event.TYPE or type(emission.event).__name__ for emission in said]


def path(said: Sequence[Emission]) -> list[RoomState]:
    """The states that were entered, in order."""
    return [event.state for event in all_of(said, events.StateChanged)]


def as_json(value: Any) -> str:
    """How a client would read it."""
    return msgspec.json.encode(value).decode()
