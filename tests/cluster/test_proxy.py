"""What an operator does to nginx in the middle of the evening: games do not notice."""

import asyncio
from collections.abc import Callable

import pytest

from bench.report import percentile
from tests.support.acknowledged import AcknowledgedActions
from tests.support.background_game import being_played
from tests.support.cluster import Cluster
from tests.support.party import CAST, MANY_WORDS
from tests.support.phone import PhoneParty
from tests.support.reconnecting_phones import RESTARTING, coming_back
from tests.support.state_comparison import check_agreement

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
BACK_WITHIN_S = 5.0


async def test_a_reload_of_nginx_closes_no_socket(
    build_cluster: Callable[..., Cluster], figures: Callable[[str, object], None]
) -> None:
    cluster = build_cluster(2)
    await asyncio.to_thread(cluster.start)
    parties = [await PhoneParty.throw(cluster, CAST, SETTINGS) for _ in range(3)]
    await asyncio.gather(*(party.start_game() for party in parties))
    async with being_played(*parties) as play:
        for _ in range(3):
            await asyncio.sleep(0.5)
            await asyncio.to_thread(cluster.nginx.reload)
            parties.append(await PhoneParty.throw(cluster, CAST, SETTINGS))
    figures("swipe_p95_ms", round(percentile(play.delays_s(), 0.95) * 1000, 1))
    for party in parties:
        assert [len(phone.connections) for phone in party.guests] == [1] * 5, "a socket was closed"
        await check_agreement(party, AcknowledgedActions())
        async with party:
            pass
    assert not cluster.tracebacks(), cluster.tracebacks()


@pytest.mark.parametrize("games", [4, pytest.param(20, marks=pytest.mark.long)])
async def test_a_worker_is_added_and_one_is_removed_while_games_are_running(
    build_cluster: Callable[..., Cluster], figures: Callable[[str, object], None], games: int
) -> None:
    """No game is lost. Who comes anew is led to the worker that the new ring names, wherever the room is."""
    cluster = build_cluster(2)
    await asyncio.to_thread(cluster.start)
    parties = [
        await PhoneParty.throw(cluster, CAST, SETTINGS | {"wordHolder": "explainer" if number % 2 else "host"})
        for number in range(games)
    ]
    await asyncio.gather(*(party.start_game() for party in parties))
    ledgers = [AcknowledgedActions() for _ in parties]
    async with coming_back(*parties) as stay, being_played(*parties, pause_s=0.1) as play:
        await asyncio.sleep(1)
        await asyncio.to_thread(cluster.add_worker)
        assert not stay.absences, "a socket was closed"
        # In each game somebody walks through a tunnel, and comes back by the new ring.
        for party in parties:
            party.guest("Dave").drop()
        await asyncio.sleep(0)
        await stay.everybody_is_here()
        await play.until_it_flows()
        tunnels = len(stay.absences)
        assert tunnels == games

        gone = cluster.worker_of(parties[0].room_id)
        assert await asyncio.to_thread(cluster.remove_worker, gone.name) == 0
        await stay.everybody_is_here()
        await play.until_it_flows()
    moves = stay.absences[tunnels:]
    assert moves
    assert {absence.close_code for absence in moves} == {RESTARTING}
    assert {absence.answer.type for absence in stay.absences} == {"RECONNECTED"}
    figures("gap_max_s", round(max(absence.lasted_s for absence in moves), 2))
    assert max(absence.lasted_s for absence in moves) <= BACK_WITHIN_S
    for party, ledger in zip(parties, ledgers, strict=True):
        await check_agreement(party, ledger)
        await party.swipe()
        await check_agreement(party, ledger)
        assert cluster.owner_of(party.room_id) in cluster.workers
    await cluster.until_each_room_lives_once(games)
    await asyncio.gather(*(party.end_game() for party in parties))
    for party in parties:
        async with party:
            pass
    assert not cluster.tracebacks(), cluster.tracebacks()
