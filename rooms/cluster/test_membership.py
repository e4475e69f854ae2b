"""Who lives: signs of life, and when somebody is dead for certain."""

from collections.abc import Callable
from typing import Any

import pytest
import redis

from rooms.cluster.membership import LEASE_MS, WORKERS, Membership, live_workers, name_of
from rooms.cluster.node import Node
from rooms.conftest import MovedClock

Keep = Callable[[str], Node]


@pytest.fixture
def client(redis_url: str) -> Any:
    with redis.Redis.from_url(redis_url) as client:
        yield client


async def test_a_worker_knows_its_own_signs_of_life(node: Node, keep: Keep, time: MovedClock) -> None:
    assert not await node.membership.heartbeat()
    time.now_ms += 500
    assert await node.membership.heartbeat()
    again = keep("worker").membership
    assert not await again.heartbeat(), "each start has signs of its own"
    assert again.worker != node.store.worker
    assert again.name == "worker" == name_of(again.worker)


async def test_a_sign_of_life_lasts_three_seconds(node: Node, client: Any) -> None:
    await node.lease_guard.heartbeat()
    assert 2_500 < client.pttl("pf:worker:worker") <= LEASE_MS
    assert client.get("pf:worker:worker").decode() == node.store.worker
    assert client.zscore(WORKERS, "worker") is not None


async def test_the_others_are_seen(keep: Keep) -> None:
    one, two = keep("one"), keep("two")
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    assert set(two.membership.others) == {"one"}
    assert two.membership.is_alive(one.store.worker)
    assert not two.membership.is_alive(one.store.worker + "0")


async def test_nobody_is_dead_for_somebody_who_has_only_just_come(keep: Keep, time: MovedClock, client: Any) -> None:
    one, two = keep("one"), keep("two")
    await one.lease_guard.heartbeat()
    client.delete("pf:worker:one")
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += LEASE_MS - 1
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += 1
    await two.lease_guard.heartbeat()
    assert two.membership.can_take_over_from(one.store.worker)


async def test_somebody_who_was_seen_a_moment_ago_is_not_dead(keep: Keep, time: MovedClock, client: Any) -> None:
    one, two = keep("one"), keep("two")
    await two.lease_guard.heartbeat()
    time.now_ms += 10 * LEASE_MS
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    client.delete("pf:worker:one")
    time.now_ms += LEASE_MS - 500
    await two.lease_guard.heartbeat()
    assert not two.membership.is_alive(one.store.worker)
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += 500
    assert two.membership.can_take_over_from(one.store.worker)


async def test_after_an_outage_of_redis_everybody_has_time_to_show_up(
    keep: Keep, time: MovedClock, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = keep("one"), keep("two")
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    with monkeypatch.context() as away:
        away.setattr(two.store.redis, "pipeline", _fail)
        time.now_ms += 10 * LEASE_MS
        await two.lease_guard.heartbeat()
    client.delete("pf:worker:one")
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += LEASE_MS
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)


async def test_redis_that_lost_everything_counts_as_an_outage(keep: Keep, time: MovedClock, client: Any) -> None:
    one, two = keep("one"), keep("two")
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    time.now_ms += 10 * LEASE_MS
    await two.lease_guard.heartbeat()
    client.flushall()
    time.now_ms += 200
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += LEASE_MS
    assert two.membership.can_take_over_from(one.store.worker)


async def test_a_later_start_ends_the_time_of_the_earlier_one(
    keep: Keep, time: MovedClock, caplog: pytest.LogCaptureFixture
) -> None:
    first, other = keep("worker"), keep("other")
    await first.lease_guard.heartbeat()
    later = keep("worker")
    assert later.membership.can_take_over_from(first.store.worker), "its own former rooms, at once"
    await other.lease_guard.heartbeat()
    assert not other.membership.can_take_over_from(first.store.worker)
    await later.lease_guard.heartbeat()
    time.now_ms += 200
    await other.lease_guard.heartbeat()
    assert other.membership.can_take_over_from(first.store.worker)
    ended: list[bool] = []
    first.lease_guard.on_superseded = lambda: ended.append(True)
    for _ in range(2):
        time.now_ms += 200
        await first.lease_guard.heartbeat()
        await later.lease_guard.heartbeat()
    assert ended == [True]
    assert "worker names must be unique" in caplog.text
    assert other.membership.is_alive(later.store.worker)


async def test_who_ends_is_not_waited_for(keep: Keep, client: Any) -> None:
    first = keep("worker")
    await first.lease_guard.heartbeat()
    later = keep("worker")
    await later.lease_guard.heartbeat()
    await first.membership.deregister()
    assert client.exists("pf:worker:worker"), "the later start lives"
    await later.membership.deregister()
    assert not client.exists("pf:worker:worker", WORKERS)


async def test_that_a_worker_is_to_end_can_be_seen(node: Node, keep: Keep) -> None:
    other = keep("other")
    node.membership.is_draining = True
    await node.lease_guard.heartbeat()
    await other.lease_guard.heartbeat()
    assert other.membership.others["worker"].is_draining
    living = await live_workers(other.store.redis)
    assert {name: start.is_draining for name, start in living.items()} == {"worker": True, "other": False}


async def test_a_name_that_nobody_has_any_more_is_forgotten(keep: Keep, time: MovedClock, client: Any) -> None:
    one, two = keep("one"), keep("two")
    await one.lease_guard.heartbeat()
    time.now_ms += 25 * 3_600_000
    await two.lease_guard.heartbeat()
    await two.sweep()
    assert client.zrange(WORKERS, 0, -1) == [b"two"]


async def test_many_who_look_at_once_ask_redis_once(
    node: Node, time: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await node.lease_guard.heartbeat()
    looks: list[int] = []
    look = Membership._refresh

    async def counted(membership: Membership) -> None:
        looks.append(time.now_ms)
        await look(membership)

    monkeypatch.setattr(Membership, "_refresh", counted)
    for _ in range(20):
        await node.membership.refresh()
    assert looks == [], "it has just looked"
    time.now_ms += 100
    for _ in range(20):
        await node.membership.refresh()
    assert len(looks) == 1


def _fail(*args: object, **options: object) -> None:
    raise ConnectionError("gone")
