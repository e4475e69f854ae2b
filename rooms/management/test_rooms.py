"""``manage.py rooms``: what stands in the terminal, whatever people call themselves."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rooms.errors import Unavailable
from rooms.management.commands import rooms as command
from rooms.management.table import age, columns, printable
from rooms.storage.summary import RoomSummary

HOSTILE = "\x1b]0;owned\x07\x1b[2JAlice\u202egnp\r\n\x9b31m"


def summary(code: str, **changes: Any) -> RoomSummary:
    """A room with Alice as its host."""
    known: dict[str, Any] = {
        "room_id": code,
        "state": "LOBBY",
        "player_count": 3,
        "max_players": 10,
        "joinable": True,
        "host_id": "host_1",
        "host_name": "Alice",
        "host_session": "hash-of-a-secret",
        "connected_count": 2,
        "scores": (("Reds", 4), ("Blues", -1)),
        "created_at_ms": 1,
        "active_at_ms": 1,
        "worker": "worker-1.abc",
    }
    return RoomSummary(**(known | changes))


@pytest.fixture
def in_redis(monkeypatch: pytest.MonkeyPatch) -> list[RoomSummary]:
    """What the index has."""
    rooms: list[RoomSummary] = []
    monkeypatch.setattr(command, "read_all", lambda: rooms)
    return rooms


def test_rooms_are_listed_with_their_facts(in_redis: list[RoomSummary], capsys: pytest.CaptureFixture[str]) -> None:
    in_redis += [summary("ABC234"), summary("DEF567", state="ROUND_ACTIVE", round_number=2, host_name="Dave")]
    call_command("rooms", "list")
    head, first, second, total = capsys.readouterr().out.splitlines()
    assert head.split() == ["CODE", "STATE", "PLAYERS", "ROUND", "SCORE", "AGE", "ACTIVE", "WORKER", "HOST"]
    assert first.split()[:4] == ["ABC234", "LOBBY", "2/3", "-"]
    assert "4 : -1" in first
    assert second.split()[0] == "DEF567"
    assert total == "2 rooms"


def test_a_list_can_be_narrowed_down(in_redis: list[RoomSummary], capsys: pytest.CaptureFixture[str]) -> None:
    in_redis += [summary("ABC234"), summary("DEF567", state="ROUND_ACTIVE", host_name="Dave")]
    for words in (["dave"], ["def"], ["--state", "ROUND_ACTIVE"]):
        call_command("rooms", "list", *words, "--json")
        assert [room["roomId"] for room in json.loads(capsys.readouterr().out)] == ["DEF567"]


def test_no_name_reaches_the_terminal_as_anything_but_text(
    in_redis: list[RoomSummary], capsys: pytest.CaptureFixture[str]
) -> None:
    in_redis += [summary("ABC234", host_name=HOSTILE)]
    call_command("rooms", "list")
    call_command("rooms", "list", "--json")
    told = capsys.readouterr().out
    assert "Alice" in told
    assert not [character for character in told if not (character.isprintable() or character == "\n")]


def test_the_hash_of_the_hosts_secret_goes_to_nobody(
    in_redis: list[RoomSummary], capsys: pytest.CaptureFixture[str]
) -> None:
    in_redis += [summary("ABC234")]
    call_command("rooms", "list", "--json")
    (room,) = json.loads(capsys.readouterr().out)
    assert room["hostName"] == "Alice"
    assert "hash-of-a-secret" not in str(room)


def test_nothing_is_closed_or_ended_without_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda question: "")
    for words in (["close", "ABC234"], ["drain", "worker-1"]):
        with pytest.raises(CommandError, match="Nothing was done"):
            call_command("rooms", *words)


def test_what_cannot_be_done_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[RoomSummary]:
        raise Unavailable("Redis is\x1b away")

    monkeypatch.setattr(command, "read_all", fail)
    with pytest.raises(CommandError, match=r"^Redis is\\x1b away$"):
        call_command("rooms", "list")


def test_what_can_be_seen_stays_as_it_is() -> None:
    assert printable("Zoë 🎉 日本") == "Zoë 🎉 日本"
    assert columns([("a", 1), ("bcd", "x")]) == "a    1\nbcd  x\n"


@pytest.mark.parametrize(
    ("ms", "told"), [(119_000, "119 s"), (120_000, "2 min"), (7_199_000, "119 min"), (7_200_000, "2 h"), (-5, "0 s")]
)
def test_ages_are_rounded(ms: int, told: str) -> None:
    assert age(1_000, 1_000 + ms) == told


def test_what_never_was_has_no_age() -> None:
    assert age(0, 1_000) == "-"
