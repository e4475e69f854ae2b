"""Who lives: signs of life, and when somebody is dead for certain."""

from collections.abc import Callable
from typing import Any

import pytest
import redis

from rooms.cluster.membership import LEASE_MS, WORKERS, Liveness, living_workers, name_of
from rooms.cluster.registry import Registry
from rooms.conftest import MovedClock

Keep = Callable[[str], Registry]


@pytest.fixture
def client(redis_url: str) -> Any:
    with redis.Redis.from_url(redis_url) as client:
        yield client


async def test_a_worker_knows_its_own_signs_of_life(keeper: Registry, keep: Keep, time: MovedClock) -> None:
    assert not await keeper.liveness.beat()
    time.now_ms += 500
    assert await keeper.liveness.beat()
    again = keep("worker").liveness
    assert not await again.beat(), "each start has signs of its own"
    assert again.worker != keeper.store.worker
    assert again.name == "worker" == name_of(again.worker)


async def test_a_sign_of_life_lasts_three_seconds(keeper: Registry, client: Any) -> None:
    await keeper.beat()
    assert 2_500 < client.pttl("pf:worker:worker") <= LEASE_MS
    assert client.get("pf:worker:worker").decode() == keeper.store.worker
    assert client.zscore(WORKERS, "worker") is not None


async def test_the_others_are_seen(keep: Keep) -> None:
    one, two = keep("one"), keep("two")
    await one.beat()
    await two.beat()
    assert set(two.liveness.others) == {"one"}
    assert two.liveness.is_alive(one.store.worker)
    assert not two.liveness.is_alive(one.store.worker + "0")


async def test_nobody_is_dead_for_somebody_who_has_only_just_come(keep: Keep, time: MovedClock, client: Any) -> None:
    one, two = keep("one"), keep("two")
    await one.beat()
    client.delete("pf:worker:one")
    await two.beat()
    assert not two.liveness.may_replace(one.store.worker)
    time.now_ms += LEASE_MS - 1
    await two.beat()
    assert not two.liveness.may_replace(one.store.worker)
    time.now_ms += 1
    await two.beat()
    assert two.liveness.may_replace(one.store.worker)


async def test_somebody_who_was_seen_a_moment_ago_is_not_dead(keep: Keep, time: MovedClock, client: Any) -> None:
    one, two = keep("one"), keep("two")
    await two.beat()
    time.now_ms += 10 * LEASE_MS
    await one.beat()
    await two.beat()
    client.delete("pf:worker:one")
    time.now_ms += LEASE_MS - 500
    await two.beat()
    assert not two.liveness.is_alive(one.store.worker)
    assert not two.liveness.may_replace(one.store.worker)
    time.now_ms += 500
    assert two.liveness.may_replace(one.store.worker)


async def test_after_an_outage_of_redis_everybody_has_time_to_show_up(
    keep: Keep, time: MovedClock, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = keep("one"), keep("two")
    await one.beat()
    await two.beat()
    with monkeypatch.context() as away:
        away.setattr(two.store.redis, "pipeline", _fail)
        time.now_ms += 10 * LEASE_MS
        await two.beat()
    client.delete("pf:worker:one")
    await two.beat()
    assert not two.liveness.may_replace(one.store.worker)
    time.now_ms += LEASE_MS
    await one.beat()
    await two.beat()
    assert not two.liveness.may_replace(one.store.worker)


async def test_redis_that_lost_everything_counts_as_an_outage(keep: Keep, time: MovedClock, client: Any) -> None:
    one, two = keep("one"), keep("two")
    await one.beat()
    await two.beat()
    time.now_ms += 10 * LEASE_MS
    await two.beat()
    client.flushall()
    time.now_ms += 200
    await two.beat()
    assert not two.liveness.may_replace(one.store.worker)
    time.now_ms += LEASE_MS
    assert two.liveness.may_replace(one.store.worker)


async def test_a_later_start_ends_the_time_of_the_earlier_one(
    keep: Keep, time: MovedClock, caplog: pytest.LogCaptureFixture
) -> None:
    first, other = keep("worker"), keep("other")
    await first.beat()
    later = keep("worker")
    assert later.liveness.may_replace(first.store.worker), "its own former rooms, at once"
    await other.beat()
    assert not other.liveness.may_replace(first.store.worker)
    await later.beat()
    time.now_ms += 200
    await other.beat()
    assert other.liveness.may_replace(first.store.worker)
    ended: list[bool] = []
    first.tenure.superseded = lambda: ended.append(True)
    for _ in range(2):
        time.now_ms += 200
        await first.beat()
        await later.beat()
    assert ended == [True]
    assert "needs a name of its own" in caplog.text
    assert other.liveness.is_alive(later.store.worker)


async def test_who_ends_is_not_waited_for(keep: Keep, client: Any) -> None:
    first = keep("worker")
    await first.beat()
    later = keep("worker")
    await later.beat()
    await first.liveness.sign_off()
    assert client.exists("pf:worker:worker"), "the later start lives"
    await later.liveness.sign_off()
    assert not client.exists("pf:worker:worker", WORKERS)


async def test_that_a_worker_is_to_end_can_be_seen(keeper: Registry, keep: Keep) -> None:
    other = keep("other")
    keeper.liveness.is_draining = True
    await keeper.beat()
    await other.beat()
    assert other.liveness.others["worker"].is_draining
    living = await living_workers(other.store.redis)
    assert {name: start.is_draining for name, start in living.items()} == {"worker": True, "other": False}


async def test_a_name_that_nobody_has_any_more_is_forgotten(keep: Keep, time: MovedClock, client: Any) -> None:
    one, two = keep("one"), keep("two")
    await one.beat()
    time.now_ms += 25 * 3_600_000
    await two.beat()
    await two.sweep()
    assert client.zrange(WORKERS, 0, -1) == [b"two"]


async def test_many_who_look_at_once_ask_redis_once(
    keeper: Registry, time: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keeper.beat()
    looks: list[int] = []
    look = Liveness._look

    async def counted(liveness: Liveness) -> None:
        looks.append(time.now_ms)
        await look(liveness)

    monkeypatch.setattr(Liveness, "_look", counted)
    for _ in range(20):
        await keeper.liveness.look()
    assert looks == [], "it has just looked"
    time.now_ms += 100
    for _ in range(20):
        await keeper.liveness.look()
    assert len(looks) == 1


def _fail(*args: object, **options: object) -> None:
    raise ConnectionError("gone")
