"""What somebody who comes back is given, by how long they were away (§3.2, §3.4)."""

from collections.abc import Iterable
from enum import Enum, auto

import msgspec

from rooms.protocol.eventlog import GAP, Entry, Gap
from rooms.protocol.limits import GRACE_MS, LOST_MS
from rooms.protocol.messages import MissedWords


class Outcome(Enum):
    """How a ``RECONNECT`` goes on."""

    BACKFILL = auto()
    """Every missed event, and the state."""
    SNAPSHOT = auto()
    """The state alone."""
    EXPIRED = auto()
    """The session has to be joined anew."""


def decide(away_ms: int, is_host: bool) -> Outcome:
    """The away-time rule: under 5 s backfill (the host up to 30 s), up to 30 s the state alone, then no more."""
    if away_ms > LOST_MS:
        return Outcome.EXPIRED
    if is_host or away_ms < GRACE_MS:
        return Outcome.BACKFILL
    return Outcome.SNAPSHOT


def unseen_away_ms(missed: list[Entry] | Gap, now_ms: int) -> int:
    """How long somebody was away whose socket was never seen to close: since the first event that they missed."""
    if missed is GAP or not missed:
        return 0
    return now_ms - missed[0].at_ms


class _Word(msgspec.Struct, rename="camel"):
    word_id: str
    action: str


def missed_words(missed: Iterable[Entry]) -> MissedWords:
    """How many words were guessed and skipped in these events, undone and corrected ones as they stand now."""
    actions: dict[str, str] = {}
    for entry in missed:
        if entry.type not in ("WORD_RESULT", "WORD_CORRECTED"):
            continue
        word = msgspec.json.decode(entry.payload, type=_Word)
        if entry.type == "WORD_RESULT" or word.word_id in actions:
            actions[word.word_id] = word.action
    played = list(actions.values())
    return MissedWords(words_guessed=played.count("guessed"), words_skipped=played.count("skipped"))
