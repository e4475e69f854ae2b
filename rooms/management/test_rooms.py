"""``manage.py rooms``: its output is safe for a terminal, its errors are one line."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rooms.cluster.room_rpc import client as room_rpc
from rooms.cluster.room_rpc.messages import WorkerMetrics
from rooms.errors import Unavailable
from rooms.management.commands import rooms as command
from rooms.management.table import format_age, format_table, printable
from rooms.storage.room_summary import RoomSummary

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
    """The summaries in Redis."""
    rooms: list[RoomSummary] = []
    monkeypatch.setattr(command, "read_all", lambda: rooms)
    return rooms


def test_rooms_are_listed_with_their_summaries(in_redis: list[RoomSummary], capsys: pytest.CaptureFixture[str]) -> None:
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


def test_control_characters_in_names_are_escaped(
    in_redis: list[RoomSummary], capsys: pytest.CaptureFixture[str]
) -> None:
    in_redis += [summary("ABC234", host_name=HOSTILE)]
    call_command("rooms", "list")
    call_command("rooms", "list", "--json")
    output = capsys.readouterr().out
    assert "Alice" in output
    assert not [character for character in output if not (character.isprintable() or character == "\n")]


def test_the_hash_of_the_hosts_secret_is_not_printed(
    in_redis: list[RoomSummary], capsys: pytest.CaptureFixture[str]
) -> None:
    in_redis += [summary("ABC234")]
    call_command("rooms", "list", "--json")
    (room,) = json.loads(capsys.readouterr().out)
    assert room["hostName"] == "Alice"
    assert "hash-of-a-secret" not in str(room)


def test_nothing_is_closed_or_drained_without_confirmation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda question: "")
    for words in (["close", "ABC234"], ["drain", "worker-1"]):
        with pytest.raises(CommandError, match="Nothing was done"):
            call_command("rooms", *words)


@pytest.fixture
def worker_that_ends(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls to a worker with 3 rooms, which ends before the second check whether it lives."""
    calls: list[str] = []

    async def drain(name: str, *, by: str) -> WorkerMetrics:
        calls.append(f"drain {name}")
        return WorkerMetrics(
            worker="worker-1.abc",
            name=name,
            rooms=3,
            sockets=12,
            unsaved_rooms=0,
            write_lag_s=0.0,
            is_redis_up=True,
            is_draining=False,
        )

    async def live_incarnations() -> set[str]:
        calls.append("refresh")
        return {"worker-1.def", *(["worker-1.abc"] if calls.count("refresh") < 2 else [])}

    monkeypatch.setattr(room_rpc, "drain", drain)
    monkeypatch.setattr(room_rpc, "live_incarnations", live_incarnations)
    monkeypatch.setattr(command, "POLL_S", 0.0)
    return calls


def test_drain_can_wait_until_the_worker_has_ended(
    worker_that_ends: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("rooms", "drain", "worker-1", "--yes")
    assert worker_that_ends == ["drain worker-1"]
    assert capsys.readouterr().out == "worker-1 lets 3 rooms with 12 sockets go, and ends.\n"
    call_command("rooms", "drain", "worker-1", "--wait", "--yes")
    assert worker_that_ends == ["drain worker-1", "drain worker-1", "refresh", "refresh"]
    assert capsys.readouterr().out == "worker-1 has handed 3 rooms over, and ended.\n"


def test_drain_gives_up_waiting(worker_that_ends: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "DRAIN_TIMEOUT_S", 0.0)
    monkeypatch.setattr(command, "POLL_S", 5.0)
    with pytest.raises(CommandError, match="worker-1 has not ended after 0 s"):
        call_command("rooms", "drain", "worker-1", "--wait", "--yes")


def test_the_old_spelling_of_drain_works_and_names_the_new_one(
    worker_that_ends: list[str], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.WORKER_ID = "worker-1"
    call_command("drain")
    output = capsys.readouterr()
    assert worker_that_ends == ["drain worker-1", "refresh", "refresh"]
    assert output.out == "worker-1 has handed 3 rooms over, and ended.\n"
    assert "manage.py rooms drain --wait --yes" in output.err


def test_an_error_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[RoomSummary]:
        raise Unavailable("Redis is\x1b away")

    monkeypatch.setattr(command, "read_all", fail)
    with pytest.raises(CommandError, match=r"^Redis is\\x1b away$"):
        call_command("rooms", "list")


def test_printable_characters_are_not_escaped() -> None:
    assert printable("Zoë 🎉 日本") == "Zoë 🎉 日本"
    assert format_table([("a", 1), ("bcd", "x")]) == "a    1\nbcd  x\n"


@pytest.mark.parametrize(
    ("ms", "text"), [(119_000, "119 s"), (120_000, "2 min"), (7_199_000, "119 min"), (7_200_000, "2 h"), (-5, "0 s")]
)
def test_ages_are_rounded(ms: int, text: str) -> None:
    assert format_age(1_000, 1_000 + ms) == text


def test_a_time_of_zero_has_no_age() -> None:
    assert format_age(0, 1_000) == "-"
