"""Flooding connections are processed in slices, with the loop free in between."""

import asyncio

import pytest

from partyflow.server.flood_queue import FloodQueue, Job


async def test_turns_are_taken_one_after_another_until_nothing_is_left() -> None:
    taken: list[str] = []
    done = asyncio.Event()

    def turn_of(name: str, turns: int) -> Job:
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
    monkeypatch.setattr("partyflow.server.flood_queue.SLICE_S", 0.0)
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
