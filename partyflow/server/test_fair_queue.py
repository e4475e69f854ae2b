"""Newcomers, and who says a lot at once, wait their turn."""

import asyncio
from functools import partial

import pytest

from partyflow.server import fair_queue
from partyflow.server.fair_queue import AdmissionQueue, FloodQueue


async def test_turns_are_taken_one_after_another_until_nothing_is_left() -> None:
    taken: list[str] = []
    done = asyncio.Event()

    def turn_of(name: str, turns: int) -> fair_queue.Job:
        def turn() -> bool:
            taken.append(name)
            is_over = taken.count(name) == turns
            if is_over and len(taken) == 5:
                done.set()
            return not is_over

        return turn

    flood_queue = FloodQueue(asyncio.get_running_loop())
    flood_queue.enqueue(turn_of("flood", 3))
    flood_queue.enqueue(turn_of("burst", 2))
    async with asyncio.timeout(5):
        await done.wait()
    assert taken == ["flood", "burst", "flood", "burst", "flood"]


async def test_others_get_the_loop_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_queue, "SLICE_S", 0.0)
    happened: list[str] = []
    flood_queue = FloodQueue(asyncio.get_running_loop())

    def turn() -> bool:
        happened.append("turn")
        return True

    flood_queue.enqueue(turn)
    await asyncio.sleep(0)
    happened.append("somebody else")
    assert happened == ["somebody else"], "even the first turn waits"


async def test_one_that_stumbles_does_not_hold_up_the_others() -> None:
    done = asyncio.Event()

    def stumble() -> bool:
        raise RuntimeError("on purpose")

    def finish() -> bool:
        done.set()
        return False

    flood_queue = FloodQueue(asyncio.get_running_loop())
    flood_queue.enqueue(stumble)
    flood_queue.enqueue(finish)
    async with asyncio.timeout(5):
        await done.wait()


async def test_newcomers_come_in_one_by_one_with_others_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_queue, "TARGET_ROUND_S", 0.0)
    happened: list[str] = []
    admission_queue = AdmissionQueue(asyncio.get_running_loop())
    for name in ("first", "second", "third"):
        admission_queue.enqueue(partial(happened.append, name))
    for _ in range(4):
        happened.append("somebody else")
        await asyncio.sleep(0)
    assert happened == ["somebody else", "first", "somebody else", "second", "somebody else", "third", "somebody else"]


async def test_more_come_in_at_once_as_long_as_nobody_has_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_queue, "TARGET_ROUND_S", 60.0)
    happened: list[int] = []
    admission_queue = AdmissionQueue(asyncio.get_running_loop())
    admission_queue.enqueue(partial(happened.append, 0))
    await asyncio.sleep(0)
    for number in range(1, 10):
        admission_queue.enqueue(partial(happened.append, number))
    rounds = 0
    while len(happened) < 10:
        await asyncio.sleep(0)
        rounds += 1
    assert happened == list(range(10))
    assert rounds < 5


async def test_who_is_half_inside_comes_before_anybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_queue, "TARGET_ROUND_S", 0.0)
    happened: list[str] = []
    admission_queue = AdmissionQueue(asyncio.get_running_loop())
    admission_queue.enqueue(lambda: admission_queue.enqueue_continuation(partial(happened.append, "inside")))
    admission_queue.enqueue(partial(happened.append, "next"))
    for _ in range(4):
        await asyncio.sleep(0)
    assert happened == ["inside", "next"]


async def test_a_newcomer_that_stumbles_blocks_nobody(caplog: pytest.LogCaptureFixture) -> None:
    happened: list[str] = []
    admission_queue = AdmissionQueue(asyncio.get_running_loop())

    def stumble() -> None:
        raise RuntimeError("on purpose")

    admission_queue.enqueue(stumble)
    admission_queue.enqueue(partial(happened.append, "next"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert happened == ["next"]
    assert "A newcomer stumbled" in caplog.text
