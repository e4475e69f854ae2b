"""The server is killed, or asked to end, in the middle of a round. Nobody loses the game (§4.2, §6.1)."""

import asyncio
import random
import time
from collections.abc import Callable

import pytest

from tests.support.agreement import check_agreement
from tests.support.ledger import Ledger
from tests.support.party import CAST, CROWD
from tests.support.phone import PhoneParty
from tests.support.playing import being_played, remaining_at
from tests.support.site import Site

SETTINGS = {"roundDurationSec": 180}
BACK_WITHIN_S = 5.0
CLOCK_WITHIN_S = 1.0


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    """Prints what was measured beside the result, and keeps it in a JUnit report."""

    def note(name: str, value: object) -> None:
        record_property(name, value)
        print(f"{name}: {value}")

    return note


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.long)])
async def test_kill_9_costs_at_most_the_last_moment(
    build_site: Callable[..., Site], figures: Callable[[str, object], None], kills: int
) -> None:
    """Three rooms: the host swipes; an explainer does, with old clients around; and one in which nobody swipes."""
    site = build_site()
    await asyncio.to_thread(site.start)
    parties = await asyncio.gather(
        PhoneParty.throw(site, CROWD, SETTINGS),
        PhoneParty.throw(site, CAST, SETTINGS | {"wordHolder": "explainer"}, {"Bob": "1.0", "Erin": "1.0"}),
        PhoneParty.throw(site, CAST, SETTINGS),
    )
    await asyncio.gather(*(party.start_game() for party in parties))
    ledgers = [Ledger() for _ in parties]
    back_s: list[float] = []
    clock_s: list[float] = []
    randomly = random.Random(kills)
    for _ in range(kills):
        async with being_played(*parties[:2], seed=randomly.randrange(1000)):
            # The clock of the quiet room has ticked since it was last written.
            await asyncio.sleep(randomly.uniform(1.5, 2.5))
            site.kill9()
            crashed_at_s = time.monotonic()
            await asyncio.gather(*(phone.lose_line() for party in parties for phone in party.guests))
        stood = [remaining_at(party.host, crashed_at_s) for party in parties]
        since = [len(party.host.messages) for party in parties]

        await asyncio.to_thread(site.start)
        restarted_at_s = time.monotonic()
        answers = await asyncio.gather(*(party.everybody_returns() for party in parties))
        back_s.append(time.monotonic() - restarted_at_s)
        print("T", back_s, restarted_at_s - crashed_at_s)
        assert back_s[-1] <= BACK_WITHIN_S
        for party, ledger, answered in zip(parties, ledgers, answers, strict=True):
            assert {answer.type for answer in answered} == {"RECONNECTED"}
            ledger.read(party.guests)
            ledger.check_after_crash(await party.look(), crashed_at_s)
            await check_agreement(party, ledger)

        for party, before_s, start, answered in zip(parties, stood, since, answers, strict=True):
            # The first tick after a restore may be one that was due before; the second one comes on time.
            await party.host.until(lambda p=party, n=start: len(p.host.received("TIMER_TICK", n)) >= 2, "two ticks")  # type: ignore[misc]
            resumed_at_s = min(answer.at_s for answer in answered)
            clock_s.append(remaining_at(party.host, resumed_at_s, start, tick=1) - before_s)
            assert abs(clock_s[-1]) <= CLOCK_WITHIN_S

    lost = [age for ledger in ledgers for age in ledger.lost_ages_s]
    figures("back_after_restart_max_s", round(max(back_s), 2))
    figures("clock_off_max_s", round(max(clock_s, key=abs), 2))
    figures("acknowledged_swipes", sum(ledger.swipes for ledger in ledgers))
    figures("lost_of_the_last_100_ms", [round(age, 3) for age in lost])
    for party in parties:
        async with party:
            await party.end_game()
    assert not site.tracebacks(), site.tracebacks()
