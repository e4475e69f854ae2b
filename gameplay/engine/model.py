"""The state of a room, as plain data that is also the saved form.

Times are milliseconds since 1970 (`_ms`), durations milliseconds (`_ms`) or seconds (`_s`, `_sec`). Structs of which a
room has many are saved as arrays to keep snapshots small: append new fields to them, and never rename saved keys.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from gameplay.engine.states import IN_ROUND, RoomState

MAX_PLAYERS = 10
MAX_BANNED = 100
MAX_REMEMBERED = 40
MIN_TEAMS = 2
MAX_TEAMS = 5
FIRST_HOST = "host_1"
"""The id of the member who created the room."""

Difficulty = Literal["easy", "medium", "hard"]


class Settings(Struct, frozen=True, rename="camel"):
    """The rules of one room; ranges as in docs/spec.md §8.2."""

    # Unknown names are refused by `parse_settings`, not here: a worker drops what a newer one has added.

    num_teams: Annotated[int, Meta(ge=MIN_TEAMS, le=MAX_TEAMS)] = 2
    round_duration_sec: Annotated[int, Meta(ge=10, le=180)] = 60
    rounds_per_team: Annotated[int, Meta(ge=1, le=10)] = 3
    target_score: Annotated[int, Meta(ge=5, le=200)] | None = None
    skip_penalty: Annotated[int, Meta(ge=-1, le=0)] = 0
    word_pack_ids: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(min_length=1, max_length=50)] = (
        "default_animals",
    )
    difficulty: Literal["easy", "medium", "hard", "mixed"] = "mixed"
    word_holder: Literal["host", "explainer"] = "host"
    language: Annotated[str, Meta(min_length=2, max_length=10)] = "en"


def with_num_teams(settings: Settings, num_teams: int) -> Settings:
    """``settings`` with ``num_teams`` replaced."""
    return msgspec.structs.replace(settings, num_teams=num_teams)


def with_words_on_phone(settings: Settings) -> Settings:
    """``settings`` with the words on the explainer's phone."""
    return msgspec.structs.replace(settings, word_holder="explainer")


class Word(Struct, frozen=True, array_like=True):
    """A word of a pack. ``ref`` is its key in the database, never shown to a client."""

    ref: int
    text: str
    difficulty: Difficulty
    pack_id: str


class Member(Struct, array_like=True):
    """A member of the room: the host, a player, or both after a promotion.

    ``session`` is the hash of their session secret, ``client_key`` that of the network of their last connection.
    ``away_since_ms`` is set while they have no connection; ``away_round`` and ``away_played_ms`` are the number of the
    round and the time on its clock when it was lost.
    """

    id: str
    name: str
    session: str
    color: str
    seated: bool = True
    team_id: str | None = None
    sitting_out: bool = False
    connected: bool = False
    connected_since_ms: int = 0
    away_since_ms: int | None = None
    connection_state: Literal["ok", "warning", "lost"] = "ok"
    words_explained: int = 0
    client_key: str = ""
    away_round: int = 0
    away_played_ms: int = 0
    renamed_ms: int = 0


class FormerPlayer(Struct, array_like=True):
    """A player whose seat was freed after an absence, and who gets it back with the same session.

    ``team_index`` is their place among the players and former players of their team, ``was_due`` whether their next
    turn to explain was still to come in the team's rotation.
    """

    id: str
    name: str
    session: str
    color: str
    team_id: str | None
    team_index: int
    was_due: bool
    words_explained: int
    away_since_ms: int
    away_round: int
    away_played_ms: int


class Team(Struct, array_like=True):
    """A team; ``players`` in the order in which they explain. ``rotation`` is the index of the next to explain."""

    id: str
    name: str
    color: str
    players: list[str] = []
    score: int = 0
    rotation: int = 0


class PlayedWord(Struct, array_like=True):
    """A word that has been swiped in the running round. ``word_id`` is its public id in the room."""

    word_id: str
    ref: int
    text: str
    action: Literal["guessed", "skipped"]
    points: int
    explainer_id: str
    took_ms: int
    position: int


class Turn(Struct):
    """The team and player whose turn is next."""

    team_id: str
    explainer_id: str


class Round(Struct):
    """One turn of a team.

    ``ends_at_ms`` is set while the clock runs, ``remaining_ms`` counts while it is stopped. ``word_shown_ms`` is when
    the live word was revealed, in played time. ``holder_id`` is the member who sees the words and swipes.
    """

    number: int
    team_id: str
    explainer_id: str
    holder_id: str
    duration_ms: int
    pack_id: str
    ends_at_ms: int | None = None
    remaining_ms: int = 0
    word_id: str | None = None
    word: Word | None = None
    word_shown_ms: int = 0
    words: list[PlayedWord] = []
    next_tick_s: int = 0

    def remaining(self, now_ms: int) -> int:
        """Milliseconds left on the clock, never below 0."""
        return self.remaining_ms if self.ends_at_ms is None else max(0, self.ends_at_ms - now_ms)

    def elapsed(self, now_ms: int) -> int:
        """Milliseconds played, without pauses."""
        return self.duration_ms - self.remaining(now_ms)


class PlayedRound(Struct, array_like=True):
    """A finished round in the history of the game."""

    round_number: int
    team_id: str
    explainer_player_id: str
    points: int
    words_guessed: int
    words_skipped: int


class Deck(Struct):
    """The shuffled words of a game. ``seen`` are the words of earlier decks that were played.

    ``source`` is the packs, difficulty and language of the words. Saved apart from the room, when ``serial`` changes;
    the position in the deck is `Room.deck_position`.
    """

    serial: int = 0
    source: tuple[tuple[str, ...], str, str] = ((), "", "")
    words: list[Word] = []
    seen: list[int] = []


class Room(Struct):
    """The complete state of one room (docs/spec.md §1.3).

    ``creator_id`` is the account that created the room, None without one. ``team_names`` are names for the first teams,
    empty for the default name. ``share_key`` is the secret from which ids of results are derived; without it results
    are not shared. ``former_players`` are the latest whose seats were freed, oldest first. ``occupied_since_ms`` is the
    time of the first connection after a time without any; absences count towards a seat's loss from then on.
    ``host_was_transferred``: the first host has given the role away. ``former_word_holder`` is the setting to which
    ``word_holder`` returns with the next countdown. ``tie_winner_id`` is the winner of a tie that nobody can break.
    """

    code: str
    host_id: str
    members: dict[str, Member]
    seed: int
    created_at_ms: int
    settings: Settings = Settings()
    state: RoomState = RoomState.ROOM_CREATED
    state_version: int = 1
    sequence_id: int = 0
    announced: bool = False
    locked: bool = False
    banned: list[str] = []
    next_player: int = 1
    teams: list[Team] = []
    queue: list[str] = []
    cycle: int = 0
    contenders: list[str] = []
    turn: Turn | None = None
    countdown_s: int = 0
    countdown_at_ms: int | None = None
    round: Round | None = None
    active_team_id: str | None = None
    round_number: int = 0
    turns_played: int = 0
    rounds: list[PlayedRound] = []
    review_until_ms: int | None = None
    paused_reason: str | None = None
    game_number: int = 0
    game_started_at_ms: int | None = None
    game_duration_ms: int = 0
    deck_position: int = 0
    words_shown: int = 0
    deck: Deck = msgspec.field(default_factory=Deck)
    creator_id: int | None = None
    team_names: tuple[str, ...] = ()
    banned_clients: list[str] = msgspec.field(name="banned_addresses", default_factory=list)
    share_key: str = ""
    former_players: list[FormerPlayer] = []
    occupied_since_ms: int = 0
    host_was_transferred: bool = False
    former_word_holder: Literal["host", "explainer"] | None = None
    tie_winner_id: str | None = None

    @property
    def known_players(self) -> list[Member | FormerPlayer]:
        """All members, then the former players who are not back."""
        former = [former for former in self.former_players if former.id not in self.members]
        return [*self.members.values(), *former]

    @property
    def is_occupied(self) -> bool:
        """Whether a player or the host is connected."""
        return any(member.connected for member in self.members.values() if member.seated or member.id == self.host_id)

    @property
    def players(self) -> list[Member]:
        """The seated members, in the order of joining."""
        return [member for member in self.members.values() if member.seated]

    @property
    def is_balanced(self) -> bool:
        """Whether all connected players have a team, no team is empty, and sizes differ by at most one."""
        if not self.teams or any(player.connected and player.team_id is None for player in self.players):
            return False
        sizes = [len(team.players) for team in self.teams]
        return min(sizes) > 0 and max(sizes) - min(sizes) <= 1

    @property
    def explainer_id(self) -> str | None:
        """The member who explains in the running round; None outside of a round."""
        return self.round.explainer_id if self.round is not None and self.state in IN_ROUND else None

    @property
    def host(self) -> Member:
        """The member with the role of the host."""
        return self.members[self.host_id]

    def former_player(self, player_id: str) -> FormerPlayer | None:
        """The former player with this id; None if there is none."""
        return next((former for former in self.former_players if former.id == player_id), None)

    def team(self, team_id: str | None) -> Team | None:
        """The team with this id; None if there is none."""
        return next((team for team in self.teams if team.id == team_id), None)
