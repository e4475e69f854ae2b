"""Crowds that idle, flood, drip and knock beside games: the games notice nothing (cases 9, 21 and 22)."""

import asyncio
import json
import math
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.report import percentile
from tests.support.background_game import Play, being_played
from tests.support.party import CAST, MANY_WORDS, Party
from tests.support.site import Site

ROOT = Path(__file__).resolve().parents[2]
SPECTATORS = 100
GAMES = 3
SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
FLOOR_S = 0.005
"""Below it a ratio says more of the machine's other business than of the server."""

A_FEW = {"idle": 150, "flood": 10, "mute": 5, "knock": 10, "drip": 20, "connect_only": 50}
MANY = {"idle": 10_000, "flood": 1_000, "mute": 200, "knock": 50, "drip": 500, "connect_only": 1_000}


class Attack:
    """A crowd in a process of its own. ``outcome`` is what became of it, once it is over."""

    def __init__(self) -> None:
        self.outcome: dict[str, Any] = {}


@asynccontextmanager
async def attacked(site: Site, how: str, count: int) -> AsyncIterator[Attack]:
    """While the block runs, the site has this crowd at its doors.

    It is nice, for a crowd has a machine of its own: here it gets what server and players leave of this one.
    """
    rooms = [(await site.create_room()).room_id for _ in range(math.ceil(count / SPECTATORS))]
    attack = Attack()
    process = await asyncio.create_subprocess_exec(
        "nice", sys.executable, "-m", "tests.abuse.attackers", str(site.port), ",".join(rooms), how, str(count),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        assert await process.stdout.readline() == b"ready\n"
        yield attack
        process.stdin.close()
        attack.outcome = json.loads(await process.stdout.read())
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def beside(
    site: Site, crowds: dict[str, int], seconds: float, figures: Callable[[str, object], None]
) -> tuple[float, float]:
    """Games are played for a while, first alone and then beside the crowds; what they said agrees all the way.

    The 95th percentile of how long a swipe took to be everywhere, in seconds: alone, and beside the crowds.
    """
    parties = [await Party.throw(site, CAST, SETTINGS) for _ in range(GAMES)]
    await asyncio.gather(*(party.start_game() for party in parties))
    async with being_played(*parties, pause_s=0.05) as alone:
        await asyncio.sleep(seconds)
    async with AsyncExitStack() as stack:
        entered = [stack.enter_async_context(attacked(site, how, count)) for how, count in crowds.items()]
        attacks = await asyncio.gather(*entered)
        async with being_played(*parties, pause_s=0.05) as harassed:
            await asyncio.sleep(seconds)
    name = "_".join(f"{how}_{count}" for how, count in crowds.items())
    figures(f"{name}_alone_p95_ms", round(p95_s(alone) * 1000, 1))
    figures(f"{name}_beside_p95_ms", round(p95_s(harassed) * 1000, 1))
    for how, attack in zip(crowds, attacks, strict=True):
        figures(f"{how}_outcome", attack.outcome)
        check_outcome(how, attack, seconds)
    for party in parties:
        async with party:
            await party.swipe()
            assert all(guest.is_open and len(guest.connections) == 1 for guest in party.guests)
    return p95_s(alone), p95_s(harassed)


def p95_s(play: Play) -> float:
    return percentile(play.delays_s(), 0.95)


@pytest.fixture(scope="module")
def besieged() -> Any:
    """A site without limits by address: the whole crowd comes from one."""
    site = Site()
    site.start()
    try:
        yield site
        assert site.stop() == 0
        assert not site.tracebacks(), site.tracebacks()
    finally:
        site.dispose()


async def test_a_few_of_every_kind_at_once(besieged: Site, figures: Callable[[str, object], None]) -> None:
    await beside(besieged, A_FEW, 1.5, figures)


@pytest.mark.long
@pytest.mark.parametrize("how", MANY)
async def test_a_crowd_of_every_kind(besieged: Site, figures: Callable[[str, object], None], how: str) -> None:
    before = besieged.server.rss_bytes()
    alone_s, beside_s = await beside(besieged, {how: MANY[how]}, 20.0, figures)
    figures(f"{how}_{MANY[how]}_rss_mb", round((besieged.server.rss_bytes() - before) / 1e6))
    assert beside_s <= max(2 * alone_s, FLOOR_S)


def check_outcome(how: str, attack: Attack, seconds: float) -> None:
    """Nobody of the crowd got anything else than what is documented."""
    ends = attack.outcome["ends"]
    assert set(ends) <= {"open", "lost", "hung up on", "1012", "4404", "4408", "4429"}, ends
    if how == "flood":
        # One at a time; who floods for longer than 5 s is out, however many others do so too.
        assert ends.get("4429", 0) >= (0.95 * attack.outcome["opened"] if seconds > 10 else 1)
    elif how == "idle":
        # A few may be told that the server is busy and to come back, while so many come at once.
        assert ends["open"] >= 0.95 * attack.outcome["opened"]
    elif how == "knock":
        assert ends["4404"] > 0


async def test_one_socket_that_floods_is_told_then_closed_and_its_own_room_plays_on(besieged: Site) -> None:
    party = await Party.throw(besieged, CAST, SETTINGS)
    async with party:
        await party.start_game()
        mallory = party.invite("Mallory")
        await mallory.connect("spectator")
        async with being_played(party, pause_s=0.02) as play:
            for _ in range(1000):
                mallory.send("HEARTBEAT", {"stateVersion": 1})
            assert await mallory.closed(20) == 4429
        assert {error["code"] for error in mallory.received("ERROR")} == {"RATE_LIMITED"}
        assert play.swipes
        await party.swipe()
