"""Flooding connections are processed in slices, with the loop free in between."""

import asyncio

import pytest

from partyflow.server.flood_queue import FloodQueue, Job


async def test_jobs_run_round_robin_until_they_are_done() -> None:
    ran: list[str] = []
    done = asyncio.Event()

    def job_named(name: str, runs: int) -> Job:
        def job() -> bool:
            ran.append(name)
            is_over = ran.count(name) == runs
            if is_over and len(ran) == 5:
                done.set()
            return not is_over

        return job

    flood_queue = FloodQueue(asyncio.get_running_loop())
    flood_queue.enqueue(job_named("flood", 3))
    flood_queue.enqueue(job_named("burst", 2))
    async with asyncio.timeout(5):
        await done.wait()
    assert ran == ["flood", "burst", "flood", "burst", "flood"]


async def test_the_loop_is_free_between_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partyflow.server.flood_queue.SLICE_S", 0.0)
    happened: list[str] = []
    flood_queue = FloodQueue(asyncio.get_running_loop())

    def job() -> bool:
        happened.append("job")
        return True

    flood_queue.enqueue(job)
    await asyncio.sleep(0)
    happened.append("others")
    assert happened == ["others"], "even the first slice waits"


async def test_a_job_that_fails_does_not_hold_up_the_others() -> None:
    done = asyncio.Event()

    def fail() -> bool:
        raise RuntimeError("on purpose")

    def finish() -> bool:
        done.set()
        return False

    flood_queue = FloodQueue(asyncio.get_running_loop())
    flood_queue.enqueue(fail)
    flood_queue.enqueue(finish)
    async with asyncio.timeout(5):
        await done.wait()
