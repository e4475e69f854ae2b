"""The list of rooms: one round trip for any number of rooms, search, filters, pages and permissions."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import redis
from django.contrib.auth.models import AnonymousUser, User
from redis.connection import AbstractConnection

from rooms.admin.list_query import PAGE_SIZE, RoomPage, RoomQuery, list_page, read_by_codes, read_rooms
from rooms.errors import Unavailable
from rooms.storage.keys import SUMMARIES
from rooms.storage.room_summary import RoomSummary

NOON_MS = 1_800_000_000_000
ROOT = User(pk=1, username="root", is_staff=True, is_superuser=True)


def summary(code: str = "ABC234", **more: Any) -> RoomSummary:
    known: dict[str, Any] = {
        "state": "LOBBY",
        "player_count": 2,
        "max_players": 10,
        "joinable": True,
        "host_id": "host_1",
        "host_name": "Alice",
        "host_session": "",
        "player_names": ("Bob", "Carol"),
        "created_at_ms": NOON_MS,
        "active_at_ms": NOON_MS,
    }
    return RoomSummary(room_id=code, **{**known, **more})


@pytest.fixture
def shelf(redis_url: str) -> Iterator[Any]:
    """Puts summaries into Redis, as workers do."""
    with redis.Redis.from_url(redis_url) as client:

        def put(*rooms: RoomSummary) -> None:
            client.hset(SUMMARIES, mapping={room.room_id: msgspec.json.encode(room) for room in rooms})

        put.client = client  # type: ignore[attr-defined]
        yield put


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of requests to Redis, one per round trip."""
    sent: list[int] = []
    send = AbstractConnection.send_packed_command

    def count(self: Any, command: Any, check_health: bool = True) -> Any:
        sent.append(sum(map(len, command)) if isinstance(command, list) else len(command))
        return send(self, command, check_health)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", count)
    return sent


def codes(listing: RoomPage) -> list[str]:
    return [room.room_id for room in listing.page]


def found(*rooms: RoomSummary, **asked: str) -> list[str]:
    return codes(list_page(list(rooms), RoomQuery(**asked)))


def test_two_thousand_rooms_are_read_in_one_round_trip(shelf: Any, round_trips: list[int]) -> None:
    shelf(*(summary(f"A{number:05}", active_at_ms=NOON_MS + number) for number in range(2_000)))
    read_rooms(ROOT)  # the first connection greets Redis
    round_trips.clear()
    listing = list_page(read_rooms(ROOT), RoomQuery(page="2"))
    assert len(round_trips) == 1
    assert listing.total == 2_000
    assert codes(listing) == [f"A{number:05}" for number in range(1_949, 1_949 - PAGE_SIZE, -1)]


def test_the_latest_activity_comes_first(shelf: Any) -> None:
    shelf(summary("AAAAAA", active_at_ms=NOON_MS), summary("BBBBBB", active_at_ms=NOON_MS + 1))
    assert [room.room_id for room in read_rooms(ROOT)] == ["BBBBBB", "AAAAAA"]


def test_selected_rooms_are_read_in_one_round_trip_too(shelf: Any, round_trips: list[int]) -> None:
    shelf(summary("AAAAAA"), summary("BBBBBB"), summary("CCCCCC"))
    read_by_codes(["AAAAAA"], ROOT)
    round_trips.clear()
    rooms = read_by_codes(["CCCCCC", "AAAAAA", "CCCCCC", "GGGGGG"], ROOT)
    assert [room.room_id for room in rooms] == ["CCCCCC", "AAAAAA"]
    assert len(round_trips) == 1
    assert read_by_codes([], ROOT) == []


def test_a_summary_that_cannot_be_read_does_not_hide_the_others(shelf: Any) -> None:
    shelf(summary("AAAAAA"))
    shelf.client.hset(SUMMARIES, "BBBBBB", b'{"roomId":')
    assert [room.room_id for room in read_rooms(ROOT)] == ["AAAAAA"]


def test_without_redis_there_is_no_list(settings: Any) -> None:
    cache = {**settings.CACHES["rooms"], "LOCATION": "unix:///nowhere/redis.sock"}
    settings.CACHES = {**settings.CACHES, "rooms": cache}
    with pytest.raises(Unavailable):
        read_rooms(ROOT)


# Search


@pytest.mark.parametrize("text", ["ABC234", "abc 2", "c23", "alice", "CAROL", "  bob ", ""])
def test_a_room_is_found_by_its_code_and_by_names(text: str) -> None:
    assert found(summary(), text=text) == ["ABC234"]


@pytest.mark.parametrize("text", ["ABD", "Dave", "<b>", "\\", "*"])
def test_other_text_finds_nothing(text: str) -> None:
    assert found(summary(), text=text) == []


def test_names_are_found_whatever_their_script() -> None:
    assert found(summary(host_name="Ольга", player_names=("STRAßE",)), text="ольга") == ["ABC234"]
    assert found(summary(player_names=("STRAßE",)), text="strasse") == ["ABC234"]


def test_rooms_are_filtered_by_state_and_counted_by_it() -> None:
    rooms = [summary("AAAAAA"), summary("BBBBBB", state="ROUND_ACTIVE"), summary("CCCCCC", state="ROUND_ACTIVE")]
    listing = list_page(rooms, RoomQuery(state="ROUND_ACTIVE"))
    assert codes(listing) == ["BBBBBB", "CCCCCC"]
    assert listing.counts == {"LOBBY": 1, "ROUND_ACTIVE": 2}
    assert listing.total == 3


@pytest.mark.parametrize(("page", "shown"), [("1", 50), ("3", 20), ("99", 20), ("-1", 20), ("x", 50), ("", 50)])
def test_a_page_that_is_not_there_is_the_nearest_one(page: str, shown: int) -> None:
    rooms = [summary(f"A{number:05}") for number in range(120)]
    assert len(list_page(rooms, RoomQuery(page=page)).page) == shown


# Permissions


def test_without_permission_no_room_is_listed(shelf: Any, db: None) -> None:
    stan = User.objects.create(username="stan", is_staff=True)
    shelf(summary(creator_id=stan.pk))
    assert read_rooms(stan) == read_rooms(AnonymousUser()) == []


def test_an_inactive_superuser_sees_no_room(shelf: Any) -> None:
    shelf(summary())
    assert read_rooms(User(pk=1, is_superuser=True, is_active=False)) == []
