"""A worker is killed while its games are played: they go on at another one and stay there (docs/spec.md §6.1)."""

import asyncio
from collections.abc import Callable

import pytest

from tests.support.acknowledged import AcknowledgedActions
from tests.support.background_game import being_played, remaining_at
from tests.support.cluster import Cluster
from tests.support.party import CAST, CROWD, MANY_WORDS
from tests.support.phone import PhoneParty
from tests.support.reconnecting_phones import coming_back
from tests.support.state_comparison import check_agreement

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
BACK_WITHIN_S = 5.0
CLOCK_WITHIN_S = 1.0


@pytest.mark.parametrize("kills", [2, pytest.param(12, marks=pytest.mark.long)])
async def test_everybody_is_back_within_5_seconds_of_a_kill_9(
    build_cluster: Callable[..., Cluster], figures: Callable[[str, object], None], kills: int
) -> None:
    """The killed worker returns each time, while its rooms live elsewhere: nothing is split in two."""
    cluster = build_cluster()
    await asyncio.to_thread(cluster.start)
    parties = await asyncio.gather(
        PhoneParty.throw(cluster, CROWD, SETTINGS),
        PhoneParty.throw(cluster, CAST, SETTINGS | {"wordHolder": "explainer"}, {"Bob": "1.0", "Erin": "1.0"}),
        PhoneParty.throw(cluster, CAST, SETTINGS),
        PhoneParty.throw(cluster, CAST, SETTINGS),
    )
    await asyncio.gather(*(party.start_game() for party in parties))
    ledgers = {party.room_id: AcknowledgedActions() for party in parties}
    back_s: list[float] = []
    clock_s: list[float] = []
    for _ in range(kills):
        victim = cluster.worker_of(parties[0].room_id)
        struck = [party for party in parties if cluster.owner_of(party.room_id) == victim.name]
        async with coming_back(*parties) as stay:
            async with being_played(*parties[:3], pause_s=0.05) as play:
                # The clock of the quiet room has ticked since it was last written.
                await asyncio.sleep(2)
                await play.until_it_flows()
                killed_at_s = victim.server.kill()
            stood = {party.room_id: remaining_at(party.host, killed_at_s) for party in struck}
            since = {party.room_id: len(party.host.messages) for party in struck}
            absences = await stay.everybody_was_away(killed_at_s - 1, *struck)
        back_s.append(max(absence.back_at_s for absence in absences) - killed_at_s)
        assert back_s[-1] <= BACK_WITHIN_S
        assert {absence.answer.type for absence in absences} == {"RECONNECTED"}
        for party in parties:
            ledger = ledgers[party.room_id]
            ledger.read(party.guests)
            if party in struck:
                ledger.check_after_crash(await party.look(), killed_at_s)
            await check_agreement(party, ledger)
        for party in struck:
            # The first tick after a takeover may be one that was due before; the second one comes on time.
            start = since[party.room_id]
            await party.host.until(lambda p=party, n=start: len(p.host.received("TIMER_TICK", n)) >= 2, "two ticks")  # type: ignore[misc]
            resumed_at_s = min(absence.back_at_s for absence in stay.of(party))
            clock_s.append(remaining_at(party.host, resumed_at_s, start, tick=1) - stood[party.room_id])
            assert abs(clock_s[-1]) <= CLOCK_WITHIN_S

        await asyncio.to_thread(victim.server.start)
        await check_that_it_is_one_game(cluster, parties, ledgers)

    figures("back_after_kill_max_s", round(max(back_s), 2))
    figures("clock_off_max_s", round(max(clock_s, key=abs), 2))
    figures("acknowledged_swipes", sum(ledger.swipes for ledger in ledgers.values()))
    figures("lost_of_the_last_100_ms", [round(age, 3) for ledger in ledgers.values() for age in ledger.lost_ages_s])
    await asyncio.gather(*(party.end_game() for party in parties))
    for party in parties:
        async with party:
            pass
    assert not cluster.tracebacks(), cluster.tracebacks()


async def check_that_it_is_one_game(
    cluster: Cluster, parties: list[PhoneParty], ledgers: dict[str, AcknowledgedActions]
) -> None:
    """Whoever comes in anew may be led to the worker that is back. The room does not move, and everybody sees it."""
    owners = [cluster.owner_of(party.room_id) for party in parties]
    for party in parties:
        comer = party.guest("Dave")
        assert comer in party.guests
        comer.drop()
        await comer.return_to_room()
        await party.swipe()
        await check_agreement(party, ledgers[party.room_id])
    assert [cluster.owner_of(party.room_id) for party in parties] == owners
    await cluster.until_each_room_lives_once(len(parties))
