"""A worker stands still for longer than its lease and goes on: it writes nothing, and its sockets move (case 27)."""

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.support.acknowledged import AcknowledgedActions
from tests.support.background_game import being_played
from tests.support.cluster import Cluster, Worker
from tests.support.party import CAST, MANY_WORDS
from tests.support.phone import Phone, PhoneParty
from tests.support.reconnecting_phones import RESTARTING, coming_back
from tests.support.state_comparison import check_agreement
from tests.support.valkey import stored, until_stored

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
LEASE_S = 3.0
NGINX_WAITS_S = 8.0
CLOSED_WITHIN_S = 3.0
WRITTEN_WITHIN_S = 2.0


async def test_a_worker_that_stood_still_writes_nothing_and_its_sockets_move(
    build_cluster: Callable[..., Cluster], figures: Callable[[str, object], None]
) -> None:
    """The phones go to the other worker by themselves; onlookers at the frozen one notice nothing until it wakes."""
    cluster = build_cluster(2)
    await asyncio.to_thread(cluster.start)
    party = await PhoneParty.throw(cluster, CAST, SETTINGS)
    frozen, other = await at_their_owner(cluster, party)
    onlookers = [Phone(frozen, party.room_id, f"Onlooker {number}") for number in range(3)]
    await asyncio.gather(*(onlooker.connect("spectator") for onlooker in onlookers))
    await party.start_game()
    async with being_played(party):
        await asyncio.sleep(1)
    ledger = AcknowledgedActions()
    await check_agreement(party, ledger)
    # The last swipe may be as young as a round trip; written it must be before the worker stops.
    await until_stored(cluster.valkey, party.room_id, party.host.mirror.state_version, WRITTEN_WITHIN_S)
    frozen.server.freeze()
    frozen_at_s = time.monotonic()
    try:
        # A swipe that the frozen worker gets but has not read: it must not count when it wakes.
        swiped = party.host.mirror.word
        party.host.send("WORD_SWIPED", {"wordId": swiped["wordId"], "action": "guessed"})
        for phone in party.guests:
            phone.drop()
            phone.site, phone.port = other, other.port
        answers = await party.everybody_returns()
        figures("taken_over_after_s", round(max(answer.at_s for answer in answers) - frozen_at_s, 2))
        assert {answer.type for answer in answers} == {"RECONNECTED"}
        assert party.host.mirror.word == swiped
        assert cluster.owner_of(party.room_id) == other.name
        async with being_played(party):
            await asyncio.sleep(1)
        state = await check_agreement(party, ledger)
    finally:
        frozen.server.thaw()
    history = asyncio.create_task(asyncio.to_thread(watch_redis, cluster, party.room_id, 2.0))
    closes = await asyncio.gather(*(onlooker.closed(CLOSED_WITHIN_S) for onlooker in onlookers))
    assert closes == [RESTARTING] * len(onlookers)
    async with being_played(party) as play:
        epochs = await history
    assert play.swipes
    assert len(set(epochs)) == 1, "somebody else has taken the room"
    assert state["currentScore"] != party.scores
    await check_agreement(party, ledger)
    await cluster.until_each_room_lives_once(1)
    # It serves again: whoever comes to it is led to the room.
    for onlooker in onlookers:
        await onlooker.connect("spectator")
        assert onlooker.mirror.scores == party.scores
        await onlooker.hang_up()
    async with party:
        await party.end_game()
    assert not cluster.tracebacks(), cluster.tracebacks()


async def at_their_owner(cluster: Cluster, party: PhoneParty) -> tuple[Worker, Worker]:
    """The worker that has the room, and the other one; all sockets are at the first."""
    owner = cluster.worker_of(party.room_id)
    (other,) = [worker for worker in cluster.workers.values() if worker is not owner]
    return owner, other


def watch_redis(cluster: Cluster, code: str, seconds: float) -> list[int]:
    """Look at what Redis has of the room, over and over: it only ever gets newer. The epochs that were seen."""
    epochs: list[int] = []
    latest = (0, 0, 0)
    until = time.monotonic() + seconds
    with cluster.valkey.client() as client:
        while time.monotonic() < until:
            there = stored(client, code)
            assert there is not None
            now = there.epoch, there.revision, there.room.state_version
            assert now >= latest, f"{now} was written over {latest}"
            latest = now
            epochs.append(there.epoch)
            time.sleep(0.005)
    return epochs


@pytest.mark.long
async def test_phones_of_a_worker_that_hangs_get_away_through_the_proxy(
    build_cluster: Callable[..., Cluster], figures: Callable[[str, object], None]
) -> None:
    """Nobody tells them: nginx notices the silence, ends their sockets, and leads new ones past it."""
    cluster = build_cluster(2)
    await asyncio.to_thread(cluster.start)
    parties = [await PhoneParty.throw(cluster, CAST, SETTINGS) for _ in range(4)]
    await asyncio.gather(*(party.start_game() for party in parties))
    ledgers = [AcknowledgedActions() for _ in parties]
    victim = cluster.worker_of(parties[0].room_id)
    struck = [party for party in parties if cluster.owner_of(party.room_id) == victim.name]
    async with coming_back(*parties) as stay, being_played(*parties, pause_s=0.1):
        await asyncio.sleep(1)
        victim.server.freeze()
        frozen_at_s = time.monotonic()
        try:
            absences = await stay.everybody_was_away(frozen_at_s, *struck)
        finally:
            victim.server.thaw()
        await asyncio.sleep(3)
    figures("silent_before_the_line_was_cut_s", round(max(a.lost_at_s for a in absences) - frozen_at_s, 1))
    figures("playing_again_after_s", round(max(a.back_at_s for a in absences) - frozen_at_s, 1))
    for party, ledger in zip(parties, ledgers, strict=True):
        ledger.read(party.guests)
        ledger.check_after_crash(await party.look(), frozen_at_s)
        await party.swipe()
        await check_agreement(party, ledger)
        async with party:
            await party.end_game()
    await cluster.until_each_room_lives_once(len(parties))
    assert not cluster.tracebacks(), cluster.tracebacks()
