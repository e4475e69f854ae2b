"""Rooms are woken when their time has come: not before, not twice, and not once they sleep on."""

import asyncio
from collections.abc import Callable

import pytest

from rooms.live.timer_wheel import SLOT_S, TimerWheel


class TimerListener:
    """Notes when it is woken; ``then`` is done at that moment."""

    def __init__(self) -> None:
        self.woken_s: list[float] = []
        self.then: Callable[[], object] = lambda: None

    def on_timer(self) -> None:
        self.woken_s.append(asyncio.get_running_loop().time())
        self.then()


async def until(moment_s: float) -> None:
    """Wait until the wheel of this moment have gone off."""
    await asyncio.sleep(moment_s - asyncio.get_running_loop().time() + 2 * SLOT_S)


def set_together(wheel: TimerWheel, one: TimerListener, other: TimerListener) -> int:
    """Set both to go off in the same step, though one may end in between."""
    for _ in range(10):
        first, second = wheel.set(one, 0.0), wheel.set(other, 0.0)
        if first == second:
            return first
        wheel.cancel(one, first)
        wheel.cancel(other, second)
    raise AssertionError("each attempt met the end of a step")


async def test_nobody_is_woken_too_early() -> None:
    wheel, loop = TimerWheel(), asyncio.get_running_loop()
    wanted = {TimerListener(): delay_s for delay_s in (-1.0, 0.0, 0.001, SLOT_S, 0.05, 0.0501)}
    began_s = loop.time()
    for listener, delay_s in wanted.items():
        wheel.set(listener, delay_s)
    assert not any(listener.woken_s for listener in wanted), "not in the middle of what is being done"
    await until(began_s + max(wanted.values()))
    for listener, delay_s in wanted.items():
        (woken_s,) = listener.woken_s
        assert woken_s >= began_s + delay_s - 0.001, "the loop counts in milliseconds"


async def test_who_sleeps_on_is_not_woken() -> None:
    wheel, listener = TimerWheel(), TimerListener()
    wheel.cancel(listener, wheel.set(listener, 0.0))
    await until(asyncio.get_running_loop().time())
    assert listener.woken_s == []


async def test_who_is_woken_may_let_another_sleep_on() -> None:
    wheel, one, other = TimerWheel(), TimerListener(), TimerListener()
    slot = set_together(wheel, one, other)
    one.then, other.then = (lambda: wheel.cancel(other, slot)), (lambda: wheel.cancel(one, slot))
    await until(asyncio.get_running_loop().time())
    assert len(one.woken_s) + len(other.woken_s) == 1


async def test_who_is_woken_may_set_the_next_alarm() -> None:
    wheel, listener = TimerWheel(), TimerListener()

    def again() -> None:
        if len(listener.woken_s) < 3:
            wheel.set(listener, 0.0)

    listener.then = again
    wheel.set(listener, 0.0)
    await until(asyncio.get_running_loop().time() + 4 * SLOT_S)
    assert len(listener.woken_s) == 3
    assert listener.woken_s == sorted(set(listener.woken_s))


async def test_who_cancels_too_late_leaves_the_next_alarm_alone() -> None:
    wheel, listener = TimerWheel(), TimerListener()
    gone = wheel.set(listener, 0.0)
    await until(asyncio.get_running_loop().time())
    wheel.set(listener, 0.0)
    wheel.cancel(listener, gone)
    await until(asyncio.get_running_loop().time())
    assert len(listener.woken_s) == 2


async def test_one_that_stumbles_keeps_nobody_else_asleep(caplog: pytest.LogCaptureFixture) -> None:
    wheel, one, other = TimerWheel(), TimerListener(), TimerListener()
    one.then = other.then = lambda: 1 / 0
    set_together(wheel, one, other)
    await until(asyncio.get_running_loop().time())
    assert len(one.woken_s) == len(other.woken_s) == 1
    assert "ZeroDivisionError" in caplog.text
