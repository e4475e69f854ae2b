"""Timers fire once and on time: not before, not twice, and not after they were cancelled."""

import asyncio
from collections.abc import Callable

import pytest

from rooms.live.timer_wheel import SLOT_S, TimerWheel


class Listener:
    """Records when its timer fires; ``then`` is called at that moment."""

    def __init__(self) -> None:
        self.fired_s: list[float] = []
        self.then: Callable[[], object] = lambda: None

    def on_timer(self) -> None:
        self.fired_s.append(asyncio.get_running_loop().time())
        self.then()


async def until(moment_s: float) -> None:
    """Wait until the wheel of this moment have gone off."""
    await asyncio.sleep(moment_s - asyncio.get_running_loop().time() + 2 * SLOT_S)


def set_together(wheel: TimerWheel, one: Listener, other: Listener) -> int:
    """Set both to go off in the same step, though one may end in between."""
    for _ in range(10):
        first, second = wheel.schedule(one, 0.0), wheel.schedule(other, 0.0)
        if first == second:
            return first
        wheel.cancel(one, first)
        wheel.cancel(other, second)
    raise AssertionError("each attempt met the end of a step")


async def test_no_timer_fires_early() -> None:
    wheel, loop = TimerWheel(), asyncio.get_running_loop()
    wanted = {Listener(): delay_s for delay_s in (-1.0, 0.0, 0.001, SLOT_S, 0.05, 0.0501)}
    began_s = loop.time()
    for listener, delay_s in wanted.items():
        wheel.schedule(listener, delay_s)
    assert not any(listener.fired_s for listener in wanted), "not in the middle of what is being done"
    await until(began_s + max(wanted.values()))
    for listener, delay_s in wanted.items():
        (fired_s,) = listener.fired_s
        assert fired_s >= began_s + delay_s - 0.001, "the loop counts in milliseconds"


async def test_a_cancelled_timer_does_not_fire() -> None:
    wheel, listener = TimerWheel(), Listener()
    wheel.cancel(listener, wheel.schedule(listener, 0.0))
    await until(asyncio.get_running_loop().time())
    assert listener.fired_s == []


async def test_a_listener_may_cancel_another_timer_of_its_slot() -> None:
    wheel, one, other = TimerWheel(), Listener(), Listener()
    slot = set_together(wheel, one, other)
    one.then, other.then = (lambda: wheel.cancel(other, slot)), (lambda: wheel.cancel(one, slot))
    await until(asyncio.get_running_loop().time())
    assert len(one.fired_s) + len(other.fired_s) == 1


async def test_a_listener_may_schedule_its_next_timer() -> None:
    wheel, listener = TimerWheel(), Listener()

    def again() -> None:
        if len(listener.fired_s) < 3:
            wheel.schedule(listener, 0.0)

    listener.then = again
    wheel.schedule(listener, 0.0)
    await until(asyncio.get_running_loop().time() + 4 * SLOT_S)
    assert len(listener.fired_s) == 3
    assert listener.fired_s == sorted(set(listener.fired_s))


async def test_a_late_cancel_leaves_the_next_timer_alone() -> None:
    wheel, listener = TimerWheel(), Listener()
    gone = wheel.schedule(listener, 0.0)
    await until(asyncio.get_running_loop().time())
    wheel.schedule(listener, 0.0)
    wheel.cancel(listener, gone)
    await until(asyncio.get_running_loop().time())
    assert len(listener.fired_s) == 2


async def test_a_listener_that_raises_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    wheel, one, other = TimerWheel(), Listener(), Listener()
    one.then = other.then = lambda: 1 / 0
    set_together(wheel, one, other)
    await until(asyncio.get_running_loop().time())
    assert len(one.fired_s) == len(other.fired_s) == 1
    assert "ZeroDivisionError" in caplog.text
