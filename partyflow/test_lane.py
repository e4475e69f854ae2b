"""Who says a lot at once waits their turn, together with all others who do."""

import asyncio

import pytest

from partyflow import lane
from partyflow.lane import Doorway, SlowLane


async def test_turns_are_taken_one_after_another_until_nothing_is_left() -> None:
    taken: list[str] = []
    done = asyncio.Event()

    def turn_of(name: str, turns: int) -> lane.Turn:
        def turn() -> bool:
            taken.append(name)
            is_over = taken.count(name) == turns
            if is_over and len(taken) == 5:
                done.set()
            return not is_over

        return turn

    slow_lane = SlowLane(asyncio.get_running_loop())
    slow_lane.join(turn_of("flood", 3))
    slow_lane.join(turn_of("burst", 2))
    async with asyncio.timeout(5):
        await done.wait()
    assert taken == ["flood", "burst", "flood", "burst", "flood"]


async def test_others_get_the_loop_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "SHARE_S", 0.0)
    happened: list[str] = []
    slow_lane = SlowLane(asyncio.get_running_loop())

    def turn() -> bool:
        happened.append("turn")
        return True

    slow_lane.join(turn)
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

    slow_lane = SlowLane(asyncio.get_running_loop())
    slow_lane.join(stumble)
    slow_lane.join(finish)
    async with asyncio.timeout(5):
        await done.wait()


async def test_newcomers_come_in_one_by_one_with_others_in_between() -> None:
    happened: list[str] = []
    doorway = Doorway(asyncio.get_running_loop())
    for name in ("first", "second", "third"):
        doorway.pass_through(lambda name=name: happened.append(name))  # type: ignore[misc]
    for _ in range(4):
        happened.append("somebody else")
        await asyncio.sleep(0)
    assert happened == ["somebody else", "first", "somebody else", "second", "somebody else", "third", "somebody else"]


async def test_a_step_may_lead_to_the_next_and_one_that_stumbles_blocks_nobody() -> None:
    happened: list[str] = []
    loop = asyncio.get_running_loop()
    doorway = Doorway(loop)
    failures: list[str] = []
    loop.set_exception_handler(lambda _, context: failures.append(str(context["exception"])))

    def stumble() -> None:
        raise RuntimeError("on purpose")

    doorway.pass_through(stumble)
    doorway.pass_through(lambda: doorway.pass_through(lambda: happened.append("deeper")))
    for _ in range(4):
        await asyncio.sleep(0)
    assert happened == ["deeper"]
    assert failures == ["on purpose"]
