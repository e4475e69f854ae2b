"""New connections are admitted step by step."""

import asyncio
from functools import partial

import pytest

from partyflow.server.admission_queue import AdmissionQueue


async def test_connections_are_admitted_one_by_one_with_the_loop_free_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("partyflow.server.admission_queue.TARGET_ROUND_S", 0.0)
    happened: list[str] = []
    admission_queue = AdmissionQueue(asyncio.get_running_loop())
    for name in ("first", "second", "third"):
        admission_queue.enqueue(partial(happened.append, name))
    for _ in range(4):
        happened.append("others")
        await asyncio.sleep(0)
    assert happened == ["others", "first", "others", "second", "others", "third", "others"]


async def test_more_are_admitted_per_round_while_rounds_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partyflow.server.admission_queue.TARGET_ROUND_S", 60.0)
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


async def test_next_steps_come_before_first_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partyflow.server.admission_queue.TARGET_ROUND_S", 0.0)
    happened: list[str] = []
    admission_queue = AdmissionQueue(asyncio.get_running_loop())
    admission_queue.enqueue(lambda: admission_queue.enqueue_continuation(partial(happened.append, "inside")))
    admission_queue.enqueue(partial(happened.append, "next"))
    for _ in range(4):
        await asyncio.sleep(0)
    assert happened == ["inside", "next"]


async def test_a_step_that_fails_blocks_no_other(caplog: pytest.LogCaptureFixture) -> None:
    happened: list[str] = []
    admission_queue = AdmissionQueue(asyncio.get_running_loop())

    def fail() -> None:
        raise RuntimeError("on purpose")

    admission_queue.enqueue(fail)
    admission_queue.enqueue(partial(happened.append, "next"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert happened == ["next"]
    assert "Admitting a connection failed" in caplog.text
