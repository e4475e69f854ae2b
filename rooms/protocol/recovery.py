"""Recovery of reconnecting clients by the time they were away (docs/spec.md §3.2, §3.4)."""

from collections.abc import Iterable
from enum import Enum, auto

import msgspec

from gameplay.engine.timing import LOST_MS
from rooms.protocol.eventlog import GAP, Entry, Gap
from rooms.protocol.limits import GRACE_MS
from rooms.protocol.messages import MissedWords


class ReconnectOutcome(Enum):
    """The outcome of a ``RECONNECT``."""

    BACKFILL = auto()
    """All missed events and the state."""
    SNAPSHOT = auto()
    """The state alone."""
    EXPIRED = auto()
    """The session has expired; the client joins again."""


def reconnect_outcome(away_ms: int, is_host: bool) -> ReconnectOutcome:
    """The away-time rule: under 5 s backfill (the host up to 30 s), up to 30 s the state alone, then no more."""
    if away_ms > LOST_MS:
        return ReconnectOutcome.EXPIRED
    if is_host or away_ms < GRACE_MS:
        return ReconnectOutcome.BACKFILL
    return ReconnectOutcome.SNAPSHOT


def estimated_away_ms(missed: list[Entry] | Gap, now_ms: int) -> int:
    """Time away of a client whose socket was not seen to close: since the first event that it missed."""
    if missed is GAP or not missed:
        return 0
    return now_ms - missed[0].at_ms


class _Word(msgspec.Struct, rename="camel"):
    word_id: str
    action: str


def missed_words(missed: Iterable[Entry]) -> MissedWords:
    """Counts of guessed and skipped words in these events, after undos and corrections."""
    actions: dict[str, str] = {}
    for entry in missed:
        if entry.type not in ("WORD_RESULT", "WORD_CORRECTED"):
            continue
        word = msgspec.json.decode(entry.payload, type=_Word)
        if entry.type == "WORD_RESULT" or word.word_id in actions:
            actions[word.word_id] = word.action
    played = list(actions.values())
    return MissedWords(words_guessed=played.count("guessed"), words_skipped=played.count("skipped"))
