"""The list of live rooms: one read from Redis, however many there are; the rest is looking through what came."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _

from gameplay.engine.states import RoomState
from rooms.admin.permissions import User, may_see
from rooms.admin.redis_reads import reading, rooms_redis
from rooms.storage.store import SUMMARIES, RoomFacts

PAGE_SIZE = 50
MAX_SEARCH = 64

STATE_NAMES = {
    RoomState.ROOM_CREATED: _("Created"),
    RoomState.LOBBY: _("Lobby"),
    RoomState.TEAM_SETUP: _("Making teams"),
    RoomState.READY_TO_START: _("Ready to start"),
    RoomState.ROUND_STARTING: _("Countdown"),
    RoomState.ROUND_ACTIVE: _("Round"),
    RoomState.ROUND_PAUSED: _("Paused"),
    RoomState.ROUND_ENDED: _("Round over"),
    RoomState.SCORE_REVIEW: _("Review"),
    RoomState.READY_FOR_NEXT: _("Between rounds"),
    RoomState.GAME_ENDED: _("Game over"),
    RoomState.FINAL_RESULTS: _("Final results"),
    RoomState.ROOM_CLOSED: _("Closed"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody looks for: part of a code or a name, a state; empty for all. Pages count from 1."""

    text: str = ""
    state: str = ""
    page: str = "1"


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of rooms. ``counts`` says how many of those that fit the text are in which state."""

    page: Page[RoomFacts]
    counts: dict[str, int]
    total: int


def read_all() -> list[RoomFacts]:
    """Every room, the one with the latest activity first. Raises `Unavailable`."""
    with reading():
        summaries = rooms_redis().hvals(SUMMARIES)
    rooms = [facts for facts in map(_read, summaries) if facts is not None]
    return sorted(rooms, key=lambda facts: (-facts.active_at_ms, facts.room_id))


def read_rooms(user: User) -> list[RoomFacts]:
    """Every room that this user may see, the one with the latest activity first. Raises `Unavailable`."""
    return [facts for facts in read_all() if may_see(user, facts)]


def read_some(codes: Iterable[str], user: User) -> list[RoomFacts]:
    """Those of these rooms that there are, and that this user may see. Raises `Unavailable`."""
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        return []
    with reading():
        summaries = rooms_redis().hmget(SUMMARIES, wanted)
    return [facts for facts in map(_read, summaries) if facts is not None and may_see(user, facts)]


def search(rooms: list[RoomFacts], text: str) -> list[RoomFacts]:
    """Those of ``rooms`` that have ``text`` in their code, or in the name of somebody in them."""
    return [facts for facts in rooms if _fits(facts, text)]


def look(rooms: list[RoomFacts], question: Question) -> Listing:
    """Those of ``rooms`` that were asked for."""
    found = search(rooms, question.text)
    counts = Counter(facts.state for facts in found)
    chosen = [facts for facts in found if question.state in ("", facts.state)]
    page = Paginator(chosen, PAGE_SIZE).get_page(question.page)
    return Listing(page, {state: counts[state] for state in STATE_NAMES if counts[state]}, len(found))


_decode = msgspec.json.Decoder(RoomFacts).decode


def _read(summary: bytes | str | None) -> RoomFacts | None:
    if summary is None:
        return None
    try:
        return _decode(summary)
    except msgspec.DecodeError:
        return None  # of a version that is still to come, or was long ago


def _fits(facts: RoomFacts, text: str) -> bool:
    wanted = text[:MAX_SEARCH].strip().casefold()
    if not wanted:
        return True
    code = "".join(wanted.split()).upper()
    return code in facts.room_id or any(wanted in name.casefold() for name in (facts.host_name, *facts.player_names))
