"""What a party has seen acknowledged, to hold against what the server has after a fault.

The server has to hold the whole history, or after a crash a beginning of it that lacks nothing but the last moment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.guest import Guest

MAX_LOSS_S = 0.1
"""What a ``kill -9`` may cost."""
POINTS = {"guessed": 1, "skipped": 0, "undone": 0}
KINDS = frozenset({"WORD_RESULT", "WORD_CORRECTED", "ROUND_STARTED", "TEAM_SETUP_STARTED", "GAME_RESTARTED"})


@dataclass(frozen=True)
class Entry:
    """A broadcast that somebody got. ``at_s`` is when the first did, on the local monotonic clock."""

    sequence_id: int
    at_s: float
    kind: str
    payload: dict[str, Any]


class Books:
    """What a history adds up to: the score of each team, and what became of each word of the round."""

    def __init__(self, so_far: "Books | None" = None) -> None:
        self.scores = dict(so_far.scores) if so_far else {}
        self.round_words = dict(so_far.round_words) if so_far else {}
        self._words = dict(so_far._words) if so_far else {}

    def enter(self, entry: Entry) -> None:
        """Add an entry; the score that it names has to be the sum of the words so far."""
        payload = entry.payload
        match entry.kind:
            case "WORD_RESULT" | "WORD_CORRECTED":
                word_id, action = payload["wordId"], payload["action"]
                if entry.kind == "WORD_RESULT":
                    assert self._words.get(word_id, ("", "undone"))[1] == "undone", f"{word_id} is counted twice"
                self._words[word_id] = payload["teamId"], action
                self.round_words[word_id] = action
                self.scores[payload["teamId"]] = self._sum(payload["teamId"])
                assert self.scores[payload["teamId"]] == payload["newScore"], (entry, self.scores)
            case "ROUND_STARTED":
                self.round_words = {}
            case _:
                self.scores, self.round_words, self._words = {}, {}, {}

    def agree_with(self, state: dict[str, Any]) -> bool:
        """Whether the server's state says the same."""
        scores = {team_id: score for team_id, score in state["currentScore"].items() if score}
        if scores != {team_id: score for team_id, score in self.scores.items() if score}:
            return False
        playing = state.get("round")
        held = {word["wordId"]: word["action"] for word in playing["words"]} if playing else None
        mine = {word_id: action for word_id, action in self.round_words.items() if action != "undone"}
        return held is None or held == mine

    def _sum(self, team_id: str) -> int:
        return sum(POINTS[action] for of_team, action in self._words.values() if of_team == team_id)


class AcknowledgedActions:
    """Every change of the score that any of the guests was told. Games without a penalty for skipping."""

    def __init__(self) -> None:
        self._closed = Books()
        self._closed_until = 0
        self._entries: dict[int, Entry] = {}
        self._lost: set[int] = set()
        self.lost_ages_s: list[float] = []

    def read(self, guests: Iterable[Guest]) -> None:
        """Take in what these have been told since the party began."""
        for entry in (entry for guest in guests for entry in _entries_of(guest)):
            known = self._entries.get(entry.sequence_id)
            if entry.sequence_id > self._closed_until and (known is None or entry.at_s < known.at_s):
                self._entries[entry.sequence_id] = entry

    @property
    def history(self) -> list[Entry]:
        """What counts, in order: all that was not lost."""
        return [entry for number, entry in sorted(self._entries.items()) if number not in self._lost]

    @property
    def swipes(self) -> int:
        """How many swipes were acknowledged and not lost."""
        return sum(entry.kind == "WORD_RESULT" for entry in self.history)

    def close_the_books(self) -> None:
        """Keep what the history adds up to, and no more of it: it was checked, and no crash can take it back."""
        self._closed = self._books(self.history)
        self._closed_until = max(self._entries, default=self._closed_until)
        self._entries.clear()
        self._lost.clear()

    def check_complete(self, state: dict[str, Any]) -> None:
        """The server holds everything that was acknowledged."""
        books = self._books(self._history_until(state))
        assert books.agree_with(state), _difference(books, state)

    def check_after_crash(self, state: dict[str, Any], crashed_at_s: float) -> int:
        """The server holds everything but, at most, what was acknowledged in the last 100 ms; how much was lost.

        What was lost is forgotten here too, for it may be played again.
        """
        history = self._history_until(state)
        certain = sum(entry.at_s <= crashed_at_s - MAX_LOSS_S for entry in history)
        for kept in range(len(history), certain - 1, -1):
            if self._books(history[:kept]).agree_with(state):
                self._lost |= {entry.sequence_id for entry in history[kept:]}
                self.lost_ages_s += [crashed_at_s - entry.at_s for entry in history[kept:]]
                return len(history) - kept
        ages = [round((crashed_at_s - entry.at_s) * 1000) for entry in history[-8:]]
        raise AssertionError(
            f"more than the last moment is lost: {_difference(self._books(history), state)}; "
            f"the last changes were acknowledged {ages} ms before the crash"
        )

    def _history_until(self, state: dict[str, Any]) -> list[Entry]:
        return [entry for entry in self.history if entry.sequence_id <= state["sequenceId"]]

    def _books(self, history: Iterable[Entry]) -> Books:
        books = Books(self._closed)
        for entry in history:
            books.enter(entry)
        return books


def _difference(books: Books, state: dict[str, Any]) -> str:
    words = (state.get("round") or {}).get("words") or ()
    held = {(word["wordId"], word["action"]) for word in words}
    mine = {(word_id, action) for word_id, action in books.round_words.items() if action != "undone"}
    return (
        f"acknowledged {books.scores}, the server holds {state['currentScore']}; "
        f"of the round's words only acknowledged: {sorted(mine - held)}, only held: {sorted(held - mine)}"
    )


def _entries_of(guest: Guest) -> Iterator[Entry]:
    for message in guest.messages:
        if message.type in KINDS:
            yield Entry(message.envelope["sequenceId"], message.at_s, message.type, message.payload)
        for missed in message.payload.get("missedEvents") or ():
            if missed["type"] in KINDS:
                yield Entry(missed["seqId"], message.at_s, missed["type"], missed["payload"])
