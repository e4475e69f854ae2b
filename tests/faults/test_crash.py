"""The server is killed, or asked to end, in the middle of a round. Nobody loses the game (docs/spec.md §4.2, §6.1)."""

import asyncio
import random
import time
from collections.abc import Callable

import psutil
import pytest

from tests.support.acknowledged import AcknowledgedActions
from tests.support.background_game import being_played, remaining_at
from tests.support.party import CAST, CROWD, MANY_WORDS
from tests.support.phone import Phone, PhoneParty
from tests.support.site import Site
from tests.support.state_comparison import check_agreement

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
BACK_WITHIN_S = 5.0
CLOCK_WITHIN_S = 1.0
ENDED_WITHIN_S = 8.0
VALKEY_BACK_WITHIN_S = 5.0


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
    ledgers = [AcknowledgedActions() for _ in parties]
    back_s: list[float] = []
    clock_s: list[float] = []
    randomly = random.Random(kills)
    for _ in range(kills):
        async with being_played(*parties[:2], pause_s=0.05, seed=randomly.randrange(1000)) as play:
            # The clock of the quiet room has ticked since it was last written.
            await asyncio.sleep(randomly.uniform(1.5, 2.5))
            await play.until_it_flows()
            crashed_at_s = site.kill9()
            await asyncio.gather(*(phone.lose_line() for party in parties for phone in party.guests))
        stood = [remaining_at(party.host, crashed_at_s) for party in parties]
        since = [len(party.host.messages) for party in parties]

        await asyncio.to_thread(site.start)
        restarted_at_s = time.monotonic()
        answers = await asyncio.gather(*(party.everybody_returns() for party in parties))
        back_s.append(time.monotonic() - restarted_at_s)
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
    await asyncio.gather(*(party.end_game() for party in parties))
    for party in parties:
        async with party:
            pass
    assert not site.tracebacks(), site.tracebacks()


async def test_an_end_that_is_asked_for_loses_nothing_at_all(build_site: Callable[..., Site]) -> None:
    """SIGTERM while swipes come in as fast as they can; twice, for the second end follows a restore."""
    site = build_site()
    await asyncio.to_thread(site.start)
    parties = await asyncio.gather(
        PhoneParty.throw(site, CROWD, SETTINGS),
        PhoneParty.throw(site, CAST, SETTINGS | {"wordHolder": "explainer"}, {"Dave": "1.0"}),
    )
    await asyncio.gather(*(party.start_game() for party in parties))
    ledgers = [AcknowledgedActions() for _ in parties]
    for _ in range(2):
        undecided = Phone(site, parties[0].room_id, "Zoe")
        await undecided.open()
        async with being_played(*parties, pause_s=0.005):
            await asyncio.sleep(1)
            began = time.monotonic()
            stopping = asyncio.create_task(asyncio.to_thread(site.stop))
            phones = [undecided, *(phone for party in parties for phone in party.guests)]
            assert await asyncio.gather(*(phone.closed(ENDED_WITHIN_S) for phone in phones)) == [1012] * len(phones)
            assert await stopping == 0
            assert time.monotonic() - began < ENDED_WITHIN_S
        for party, ledger in zip(parties, ledgers, strict=True):
            ledger.read(party.guests)
            assert ledger.swipes > 10
        await asyncio.to_thread(site.start)
        for party, ledger in zip(parties, ledgers, strict=True):
            await party.everybody_returns()
            await check_agreement(party, ledger)
    await asyncio.gather(*(party.end_game() for party in parties))
    for party in parties:
        async with party:
            pass
    assert not site.tracebacks(), site.tracebacks()


async def test_the_embedded_valkey_is_killed_and_started_again(build_site: Callable[..., Site]) -> None:
    """Nobody notices; what was played meanwhile is written to the one that takes its place, and outlives the server."""
    site = build_site()
    await asyncio.to_thread(site.start)
    party = await PhoneParty.throw(site, CAST, SETTINGS)
    await party.start_game()
    async with being_played(party) as play:
        await asyncio.sleep(0.5)
        first = valkey_of(site)
        assert first is not None
        first.kill()
        killed_at_s = time.monotonic()
        while (second := valkey_of(site)) is None or second.pid == first.pid or not await is_ready(site):
            assert time.monotonic() - killed_at_s < VALKEY_BACK_WITHIN_S
            await asyncio.sleep(0.05)
    assert play.swipes
    assert [len(phone.connections) for phone in party.guests] == [1] * 5
    ledger = AcknowledgedActions()
    await check_agreement(party, ledger)
    # Written within a moment of its return: real time has to pass for that.
    await asyncio.sleep(0.7)
    site.kill9()
    left_behind = second.pid
    await asyncio.gather(*(phone.lose_line() for phone in party.guests))
    await asyncio.to_thread(site.start)
    third = valkey_of(site)
    assert third is not None
    assert third.pid != left_behind
    await party.everybody_returns()
    await check_agreement(party, ledger)
    async with party:
        await party.swipe()
        await party.end_game()
    assert not site.tracebacks(), site.tracebacks()


def valkey_of(site: Site) -> psutil.Process | None:
    """The Valkey that the server has started and that is alive."""
    return next((child for child in psutil.Process(site.server.pid).children() if is_valkey(child)), None)


def is_valkey(process: psutil.Process) -> bool:
    """Whether it is one that runs; one that ends while it is looked at does not."""
    try:
        return "valkey" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def is_ready(site: Site) -> bool:
    return (await site.get("/readyz")).status == 200
