"""All workers are replaced one after another while games are played: a new release in the middle of the evening."""

import asyncio
import time
from collections.abc import Callable

import pytest

from bench.report import percentile
from tests.support.acknowledged import AcknowledgedActions
from tests.support.background_game import being_played, remaining_at
from tests.support.cluster import Cluster
from tests.support.party import CAST, MANY_WORDS
from tests.support.phone import PhoneParty
from tests.support.reconnecting_phones import RESTARTING, coming_back
from tests.support.state_comparison import check_agreement

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
GRACE_S = 20.0
"""A worker has to have ended by then (docker-compose.yml gives it more)."""
BACK_WITHIN_S = 5.0


@pytest.mark.parametrize(
    ("games", "rounds"), [pytest.param(4, 1, id="4 games"), pytest.param(24, 3, id="24 games", marks=pytest.mark.long)]
)
async def test_a_rolling_restart_under_load_loses_nothing_at_all(
    build_cluster: Callable[..., Cluster], figures: Callable[[str, object], None], games: int, rounds: int
) -> None:
    cluster = build_cluster(2)
    await asyncio.to_thread(cluster.start)
    parties = [
        await PhoneParty.throw(cluster, CAST, SETTINGS | {"wordHolder": "explainer" if number % 2 else "host"})
        for number in range(games)
    ]
    await asyncio.gather(*(party.start_game() for party in parties))
    ledgers = [AcknowledgedActions() for _ in parties]
    async with coming_back(*parties) as stay, being_played(*parties, pause_s=0.05) as play:
        await asyncio.sleep(1)
        for _ in range(rounds):
            for worker in cluster.workers.values():
                began = time.monotonic()
                assert await asyncio.to_thread(worker.server.stop) == 0
                assert time.monotonic() - began < GRACE_S
                await asyncio.to_thread(worker.server.start)
                await stay.everybody_is_here()
        await play.until_it_flows()
    assert {absence.close_code for absence in stay.absences} == {RESTARTING}
    assert {absence.answer.type for absence in stay.absences} == {"RECONNECTED"}
    gaps_s = [absence.lasted_s for absence in stay.absences]
    assert max(gaps_s) <= BACK_WITHIN_S
    figures("absences", len(gaps_s))
    figures("gap_p50_s", round(percentile(gaps_s, 0.5), 2))
    figures("gap_max_s", round(max(gaps_s), 2))
    figures("silence_max_s", round(max(longest_silence_s(party) for party in parties), 2))
    for party, ledger in zip(parties, ledgers, strict=True):
        await check_agreement(party, ledger)
        await party.swipe()
        await check_agreement(party, ledger)
    figures("acknowledged_swipes", sum(ledger.swipes for ledger in ledgers))
    await cluster.until_each_room_lives_once(games)
    await asyncio.gather(*(party.end_game() for party in parties))
    for party in parties:
        async with party:
            pass
    assert not cluster.tracebacks(), cluster.tracebacks()


def longest_silence_s(party: PhoneParty) -> float:
    """The longest time in which a guest saw nothing happen; there is a tick a second while a round goes on."""
    return max(
        later.at_s - message.at_s
        for guest in party.guests
        for message, later in zip(guest.messages, guest.messages[1:], strict=False)
    )


async def test_the_clock_stands_for_no_longer_than_the_phones_are_away(build_cluster: Callable[..., Cluster]) -> None:
    """In a quiet round the clock goes on at the other worker where it stood, and the word is the same."""
    cluster = build_cluster(2)
    await asyncio.to_thread(cluster.start)
    async with await PhoneParty.throw(cluster, CAST, SETTINGS | {"wordHolder": "explainer"}) as party:
        await party.start_game()
        await party.swipe()
        word = party.holder.mirror.word
        await party.host.expect("TIMER_TICK")
        first = cluster.worker_of(party.room_id)
        async with coming_back(party) as stay:
            assert await asyncio.to_thread(first.server.stop) == 0
            absences = await stay.everybody_was_away(0)
        assert {absence.close_code for absence in absences} == {RESTARTING}
        lost_at_s = min(absence.lost_at_s for absence in absences)
        since = max(party.host.connections)
        await party.host.until(lambda: len(party.host.received("TIMER_TICK", since)) >= 2, "two ticks")
        # Ticks of the time before tell what stood on the clock when the line was lost.
        before = [message for message in party.host.messages[:since] if message.type == "TIMER_TICK"][-1]
        stood_s = before["remainingSeconds"] - (lost_at_s - before.at_s)
        resumed_at_s = min(absence.back_at_s for absence in absences)
        assert abs(remaining_at(party.host, resumed_at_s, since, tick=1) - stood_s) <= 1
        assert party.holder.mirror.word == word
        assert cluster.owner_of(party.room_id) not in {"", first.name}
        await party.swipe()
        await check_agreement(party, AcknowledgedActions())
        await party.end_game()
    assert not cluster.tracebacks(), cluster.tracebacks()
