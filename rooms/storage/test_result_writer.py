"""Results of games on their way into the database: kept in memory and in Redis until they are there."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, OperationalError

from gameplay.models import GameResult
from gameplay.results.results import dump_result, load_result
from rooms.cluster.node import Node
from rooms.storage import result_writer
from rooms.storage.keys import RESULTS

WAIT_S = 10.0
NOW = datetime(2026, 11, 28, 20, 15, tzinfo=UTC)
FIELDS: dict[str, Any] = {
    "room_code": "LEFT22", "game_number": 1, "host_name": "Alice", "room_created_at": NOW, "started_at": NOW,
    "ended_at": NOW, "duration_s": 600, "words_guessed": 1, "words_skipped": 0,
    "teams": [], "rounds": [], "settings": {},
}  # fmt: skip


class Database:
    """A database that can be away; ``rows`` are the results that it was given, by public id."""

    def __init__(self) -> None:
        self.is_away = False
        self.refused = ""
        self.rows: dict[str, GameResult] = {}
        self.attempts = 0

    async def save(self, encoded: bytes) -> GameResult:
        self.attempts += 1
        if self.is_away:
            raise OperationalError("the database is away")
        result = load_result(encoded)
        if result.room_code == self.refused:
            raise DataError("this is too long")
        return self.rows.setdefault(result.public_id, result)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    database = Database()
    monkeypatch.setattr(result_writer, "save_result", database.save)
    monkeypatch.setattr(result_writer, "RETRY_MIN_S", 0.01)
    monkeypatch.setattr(result_writer, "RETRY_MAX_S", 0.02)
    monkeypatch.setattr(result_writer, "ADOPT_INTERVAL_S", 0.05)
    yield database
    database.is_away = False


async def end_a_game(throw: Any) -> tuple[Any, str]:
    """A party whose game has just ended, and the id of its result."""
    party = await play(throw)
    return party, await end(party)


async def play(throw: Any) -> Any:
    party = await throw("Alice", "Bob", "Carol")
    party.live.room.share_key = "k" * 22
    await party.start_round()
    await party.swipe()
    return party


async def end(party: Any) -> str:
    await party.host.say("END_GAME")
    (ended,) = [message for message in party["Bob"].messages if message.type == "GAME_ENDED"]
    return str(ended["resultId"])


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not is_true():  # noqa: ASYNC110 (the database of the test has no events)
            await asyncio.sleep(0.01)


async def test_a_result_is_in_redis_with_its_room_and_leaves_it_when_the_database_has_it(
    throw: Any, node: Node, client: Any, database: Database
) -> None:
    party, public_id = await end_a_game(throw)
    assert await node.writer.flush()
    assert load_result(client.hget(RESULTS, public_id)).room_code == party.code
    assert client.ttl(RESULTS) == -1, "it outlives the room"
    assert await node.results.flush()
    assert set(database.rows) == {public_id}
    assert await node.writer.flush()
    assert not client.exists(RESULTS)
    assert len(node.results) == 0


async def test_it_is_written_until_it_is_and_a_failure_is_logged_once(
    throw: Any, node: Node, client: Any, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    database.is_away = True
    await node.start(node.writer.run, node.results.run)
    with caplog.at_level(logging.INFO, logger="rooms.storage.result_writer"):
        _, public_id = await end_a_game(throw)
        await until(lambda: database.attempts > 5)
        assert client.hexists(RESULTS, public_id)
        database.is_away = False
        await until(lambda: public_id in database.rows and not client.exists(RESULTS))
    own = [record.levelname for record in caplog.records if record.name == "rooms.storage.result_writer"]
    assert own == ["ERROR", "INFO"]


async def test_the_next_worker_saves_what_a_killed_one_has_left_behind(
    throw: Any, node: Node, make_node: Callable[[str], Node], client: Any, database: Database
) -> None:
    """Nobody has to come back to the room for it."""
    database.is_away = True
    _, public_id = await end_a_game(throw)
    assert await node.writer.flush()
    node.results._pending.clear()  # kill -9
    other = make_node("other")
    database.is_away = False
    await other.start(other.writer.run, other.results.run)
    await until(lambda: public_id in database.rows and not client.exists(RESULTS))


async def test_a_closed_room_takes_no_result_with_it(throw: Any, node: Node, client: Any, database: Database) -> None:
    party, public_id = await end_a_game(throw)
    await party.host.say("CLOSE_ROOM")
    assert await node.writer.flush()
    assert client.hexists(RESULTS, public_id)


async def test_without_redis_the_database_gets_it_all_the_same(
    throw: Any, node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_writes: Any) -> Any:
        raise TimeoutError

    party = await play(throw)
    with monkeypatch.context() as away:
        away.setattr(node.store, "write", fail)
        public_id = await end(party)
        assert not await node.writer.flush()
        assert await node.results.flush()
        assert public_id in database.rows
    assert await node.writer.flush()


async def test_a_result_that_redis_refuses_is_offered_again(
    throw: Any, node: Node, client: Any, database: Database
) -> None:
    client.set(RESULTS, "of another type")
    _, public_id = await end_a_game(throw)
    assert not await node.writer.flush()
    client.delete(RESULTS)
    assert await node.writer.flush()
    assert client.hexists(RESULTS, public_id)


async def test_a_result_that_the_database_refuses_keeps_no_other_one_from_being_saved(
    throw: Any, node: Node, client: Any, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    refused, refused_id = await end_a_game(throw)
    database.refused = refused.code
    _, public_id = await end_a_game(throw)
    for _ in range(3):
        assert not await node.results.flush()
    assert set(database.rows) == {public_id}
    assert await node.writer.flush()
    assert client.hkeys(RESULTS) == [refused_id.encode()]
    assert caplog.text.count("The database refuses result") == 1
    client.hset(RESULTS, "left-behind", dump_result(GameResult(**{**FIELDS, "public_id": "left-behind"})))
    await node.start(node.writer.run, node.results.run)
    await until(lambda: "left-behind" in database.rows)
    database.refused = ""
    await until(lambda: refused_id in database.rows)


async def test_a_worker_that_ends_saves_what_it_can(
    throw: Any, make_node: Callable[[str], Node], client: Any, database: Database
) -> None:
    node = make_node("ending")
    _, public_id = await end_a_game(throw)
    await node.stop()
    assert public_id in database.rows
    assert not client.exists(RESULTS)


async def test_bytes_that_are_no_result_stay_and_stop_nothing(
    throw: Any, node: Node, client: Any, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    client.hset(RESULTS, "from-the-future", b"\x00")
    await node.start(node.writer.run, node.results.run)
    _, public_id = await end_a_game(throw)
    await until(lambda: public_id in database.rows and not client.hexists(RESULTS, public_id))
    assert client.hexists(RESULTS, "from-the-future")
    assert caplog.text.count("Result from-the-future cannot be read") == 1
    client.delete(RESULTS)


async def test_it_is_found_meanwhile_in_memory_and_in_redis(
    throw: Any, node: Node, make_node: Callable[[str], Node], database: Database
) -> None:
    party, public_id = await end_a_game(throw)
    found = await node.results.find(public_id)
    assert found is not None
    assert found.room_code == party.code
    await node.writer.flush()
    other = make_node("other")
    found = await other.results.find(public_id)
    assert found is not None
    assert found.room_code == party.code
    assert await other.results.find("no-such-result") is None
    await node.results.flush()
    await node.writer.flush()
    assert await other.results.find(public_id) is None
