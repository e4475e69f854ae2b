"""The list of live rooms: read from Redis in one round trip, then searched, filtered and paged in memory."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _

from gameplay.engine.states import RoomState
from rooms.admin.permissions import User, may_view_room
from rooms.admin.redis_reads import redis_errors_as_unavailable, rooms_redis
from rooms.storage.keys import SUMMARIES
from rooms.storage.room_summary import RoomSummary

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
class RoomQuery:
    """A search: part of a code or of a name, and a state; empty for all. Pages count from 1."""

    text: str = ""
    state: str = ""
    page: str = "1"


@dataclass(frozen=True, slots=True)
class RoomPage:
    """A page of rooms. ``counts`` and ``total`` count the rooms that match the text, by state and altogether."""

    page: Page[RoomSummary]
    counts: dict[str, int]
    total: int


def read_all() -> list[RoomSummary]:
    """All rooms, the latest activity first. Raises `Unavailable`."""
    with redis_errors_as_unavailable():
        summaries = rooms_redis().hvals(SUMMARIES)
    rooms = [summary for summary in map(_read, summaries) if summary is not None]
    return sorted(rooms, key=lambda summary: (-summary.active_at_ms, summary.room_id))


def read_rooms(user: User) -> list[RoomSummary]:
    """All rooms that the user may view, the latest activity first. Raises `Unavailable`."""
    return [summary for summary in read_all() if may_view_room(user, summary)]


def read_by_codes(codes: Iterable[str], user: User) -> list[RoomSummary]:
    """Those of these rooms that exist and that the user may view. Raises `Unavailable`."""
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        return []
    with redis_errors_as_unavailable():
        summaries = rooms_redis().hmget(SUMMARIES, wanted)
    return [summary for summary in map(_read, summaries) if summary is not None and may_view_room(user, summary)]


def search(rooms: list[RoomSummary], text: str) -> list[RoomSummary]:
    """Rooms that have ``text`` in their code or in a member's name."""
    return [summary for summary in rooms if _matches(summary, text)]


def list_page(rooms: list[RoomSummary], query: RoomQuery) -> RoomPage:
    """The page of ``rooms`` that ``query`` asks for."""
    found = search(rooms, query.text)
    counts = Counter(summary.state for summary in found)
    chosen = [summary for summary in found if query.state in ("", summary.state)]
    page = Paginator(chosen, PAGE_SIZE).get_page(query.page)
    return RoomPage(page, {state: counts[state] for state in STATE_NAMES if counts[state]}, len(found))


_decode = msgspec.json.Decoder(RoomSummary).decode


def _read(summary: bytes | str | None) -> RoomSummary | None:
    if summary is None:
        return None
    try:
        return _decode(summary)
    except msgspec.DecodeError:
        return None  # written by another version


def _matches(summary: RoomSummary, text: str) -> bool:
    wanted = text[:MAX_SEARCH].strip().casefold()
    if not wanted:
        return True
    code = "".join(wanted.split()).upper()
    return code in summary.room_id or any(
        wanted in name.casefold() for name in (summary.host_name, *summary.player_names)
    )
