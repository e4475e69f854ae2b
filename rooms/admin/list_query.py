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
from rooms.storage.keys import SUMMARIES
from rooms.storage.summary import RoomSummary

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

    page: Page[RoomSummary]
    counts: dict[str, int]
    total: int


def read_all() -> list[RoomSummary]:
    """Every room, the one with the latest activity first. Raises `Unavailable`."""
    with reading():
        summaries = rooms_redis().hvals(SUMMARIES)
    rooms = [summary for summary in map(_read, summaries) if summary is not None]
    return sorted(rooms, key=lambda summary: (-summary.active_at_ms, summary.room_id))


def read_rooms(user: User) -> list[RoomSummary]:
    """Every room that this user may see, the one with the latest activity first. Raises `Unavailable`."""
    return [summary for summary in read_all() if may_see(user, summary)]


def read_some(codes: Iterable[str], user: User) -> list[RoomSummary]:
    """Those of these rooms that there are, and that this user may see. Raises `Unavailable`."""
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        return []
    with reading():
        summaries = rooms_redis().hmget(SUMMARIES, wanted)
    return [summary for summary in map(_read, summaries) if summary is not None and may_see(user, summary)]


def search(rooms: list[RoomSummary], text: str) -> list[RoomSummary]:
    """Those of ``rooms`` that have ``text`` in their code, or in the name of somebody in them."""
    return [summary for summary in rooms if _fits(summary, text)]


def look(rooms: list[RoomSummary], question: Question) -> Listing:
    """Those of ``rooms`` that were asked for."""
    found = search(rooms, question.text)
    counts = Counter(summary.state for summary in found)
    chosen = [summary for summary in found if question.state in ("", summary.state)]
    page = Paginator(chosen, PAGE_SIZE).get_page(question.page)
    return Listing(page, {state: counts[state] for state in STATE_NAMES if counts[state]}, len(found))


_decode = msgspec.json.Decoder(RoomSummary).decode


def _read(summary: bytes | str | None) -> RoomSummary | None:
    if summary is None:
        return None
    try:
        return _decode(summary)
    except msgspec.DecodeError:
        return None  # of a version that is still to come, or was long ago


def _fits(summary: RoomSummary, text: str) -> bool:
    wanted = text[:MAX_SEARCH].strip().casefold()
    if not wanted:
        return True
    code = "".join(wanted.split()).upper()
    return code in summary.room_id or any(
        wanted in name.casefold() for name in (summary.host_name, *summary.player_names)
    )
