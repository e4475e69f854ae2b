"""Rate limits: shared by all workers, generous to a household, and per worker while Redis is unavailable."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from limits import RateLimitItem, RateLimitItemPerMinute

from rooms.access import rate_limits
from rooms.access.rate_limits import JOINS, ROOM_CREATIONS, UNKNOWN_CODES, RateLimiter
from rooms.errors import RateLimited
from rooms.telemetry.counters import counters

THREE = RateLimitItemPerMinute(3, namespace="three")


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., RateLimiter]]:
    made: list[RateLimiter] = []

    def limiter(url: str, is_on: bool = True) -> RateLimiter:
        made.append(RateLimiter(url, is_on))
        return made[-1]

    yield limiter
    for limiter_ in made:
        await limiter_.close()


async def taken(limiter: RateLimiter, limit: RateLimitItem, client_key: str, times: int) -> int:
    """The number of hits that were not refused."""
    excesses = []
    for _ in range(times):
        try:
            await limiter.hit(limit, client_key)
        except RateLimited as excess:
            excesses.append(excess)
    assert all(1 <= excess.wait_s <= 60 for excess in excesses)
    return times - len(excesses)


def test_a_household_has_room() -> None:
    assert ROOM_CREATIONS.amount >= 20
    assert JOINS.amount >= 120
    assert UNKNOWN_CODES.amount == 60


async def test_all_workers_count_together(make: Callable[..., RateLimiter], redis_url: str) -> None:
    one, other = make(redis_url), make(redis_url)
    assert await taken(one, THREE, "alice", 2) == 2
    assert await taken(other, THREE, "alice", 2) == 1
    assert await taken(one, THREE, "alice", 1) == 0
    assert await taken(other, THREE, "bob", 3) == 3, "another client"


async def test_a_check_counts_nothing(make: Callable[..., RateLimiter], redis_url: str) -> None:
    limiter = make(redis_url)
    for _ in range(9):
        await limiter.check(THREE, "alice")
    assert await taken(limiter, THREE, "alice", 9) == 3
    with pytest.raises(RateLimited):
        await limiter.check(THREE, "alice")


async def test_refusals_are_counted_in_a_metric(make: Callable[..., RateLimiter], redis_url: str) -> None:
    before = counters.rate_limited["three"]
    await taken(make(redis_url), THREE, "alice", 5)
    assert counters.rate_limited["three"] - before == 2


async def test_limits_do_not_apply_without_an_address(make: Callable[..., RateLimiter], redis_url: str) -> None:
    assert await taken(make(redis_url), THREE, "", 9) == 9


async def test_limits_can_be_turned_off(make: Callable[..., RateLimiter], redis_url: str) -> None:
    assert await taken(make(redis_url, is_on=False), THREE, "alice", 9) == 9


async def test_without_redis_each_worker_counts_alone(make: Callable[..., RateLimiter], tmp_path: Path) -> None:
    limiter = make(f"unix://{tmp_path}/nobody.sock")
    assert await taken(limiter, THREE, "alice", 5) == 3
    assert await taken(limiter, THREE, "bob", 5) == 3
    with pytest.raises(RateLimited):
        await limiter.check(THREE, "alice")


async def test_a_hanging_redis_delays_one_request_at_a_time(
    make: Callable[..., RateLimiter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "TIMEOUT_S", 0.5)
    asked = 0

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.read()
        writer.close()

    async with await asyncio.start_unix_server(say_nothing, tmp_path / "mute.sock"):
        limiter = make(f"unix://{tmp_path}/mute.sock")
        assert await taken(limiter, THREE, "alice", 50) == 3
        assert asked == 1
        limiter._open_until_s = 0.0
        assert sum(await asyncio.gather(*(taken(limiter, THREE, f"guest {n}", 1) for n in range(20)))) == 20
        assert asked == 2


async def test_redis_is_used_again_once_it_is_back(
    make: Callable[..., RateLimiter], redis_url: str, tmp_path: Path
) -> None:
    limiter = make(redis_url)
    away = make(f"unix://{tmp_path}/nobody.sock")
    shared, limiter._shared = limiter._shared, away._shared
    assert await taken(limiter, THREE, "alice", 2) == 2
    limiter._shared, limiter._open_until_s = shared, 0.0
    assert await taken(limiter, THREE, "alice", 4) == 3, "the local count does not matter any more"
    assert await taken(make(redis_url), THREE, "alice", 1) == 0
