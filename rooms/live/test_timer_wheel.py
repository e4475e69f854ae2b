"""Rooms are woken when their time has come: not before, not twice, and not once they sleep on."""

import asyncio
from collections.abc import Callable

import pytest

from rooms.live.timer_wheel import STEP_S, Alarms


class Sleeper:
    """Notes when it is woken; ``then`` is done at that moment."""

    def __init__(self) -> None:
        self.woken_s: list[float] = []
        self.then: Callable[[], object] = lambda: None

    def ring(self) -> None:
        self.woken_s.append(asyncio.get_running_loop().time())
        self.then()


async def until(moment_s: float) -> None:
    """Wait until the alarms of this moment have gone off."""
    await asyncio.sleep(moment_s - asyncio.get_running_loop().time() + 2 * STEP_S)


def set_together(alarms: Alarms, one: Sleeper, other: Sleeper) -> int:
    """Set both to go off in the same step, though one may end in between."""
    for _ in range(10):
        first, second = alarms.set(one, 0.0), alarms.set(other, 0.0)
        if first == second:
            return first
        alarms.cancel(one, first)
        alarms.cancel(other, second)
    raise AssertionError("each attempt met the end of a step")


async def test_nobody_is_woken_too_early() -> None:
    alarms, loop = Alarms(), asyncio.get_running_loop()
    wanted = {Sleeper(): delay_s for delay_s in (-1.0, 0.0, 0.001, STEP_S, 0.05, 0.0501)}
    began_s = loop.time()
    for sleeper, delay_s in wanted.items():
        alarms.set(sleeper, delay_s)
    assert not any(sleeper.woken_s for sleeper in wanted), "not in the middle of what is being done"
    await until(began_s + max(wanted.values()))
    for sleeper, delay_s in wanted.items():
        (woken_s,) = sleeper.woken_s
        assert woken_s >= began_s + delay_s - 0.001, "the loop counts in milliseconds"


async def test_who_sleeps_on_is_not_woken() -> None:
    alarms, sleeper = Alarms(), Sleeper()
    alarms.cancel(sleeper, alarms.set(sleeper, 0.0))
    await until(asyncio.get_running_loop().time())
    assert sleeper.woken_s == []


async def test_who_is_woken_may_let_another_sleep_on() -> None:
    alarms, one, other = Alarms(), Sleeper(), Sleeper()
    alarm = set_together(alarms, one, other)
    one.then, other.then = (lambda: alarms.cancel(other, alarm)), (lambda: alarms.cancel(one, alarm))
    await until(asyncio.get_running_loop().time())
    assert len(one.woken_s) + len(other.woken_s) == 1


async def test_who_is_woken_may_set_the_next_alarm() -> None:
    alarms, sleeper = Alarms(), Sleeper()

    def again() -> None:
        if len(sleeper.woken_s) < 3:
            alarms.set(sleeper, 0.0)

    sleeper.then = again
    alarms.set(sleeper, 0.0)
    await until(asyncio.get_running_loop().time() + 4 * STEP_S)
    assert len(sleeper.woken_s) == 3
    assert sleeper.woken_s == sorted(set(sleeper.woken_s))


async def test_who_cancels_too_late_leaves_the_next_alarm_alone() -> None:
    alarms, sleeper = Alarms(), Sleeper()
    gone = alarms.set(sleeper, 0.0)
    await until(asyncio.get_running_loop().time())
    alarms.set(sleeper, 0.0)
    alarms.cancel(sleeper, gone)
    await until(asyncio.get_running_loop().time())
    assert len(sleeper.woken_s) == 2


async def test_one_that_stumbles_keeps_nobody_else_asleep(caplog: pytest.LogCaptureFixture) -> None:
    alarms, one, other = Alarms(), Sleeper(), Sleeper()
    one.then = other.then = lambda: 1 / 0
    set_together(alarms, one, other)
    await until(asyncio.get_running_loop().time())
    assert len(one.woken_s) == len(other.woken_s) == 1
    assert "ZeroDivisionError" in caplog.text
