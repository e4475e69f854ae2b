"""Sockets at a worker that does not have their room are relayed, without a difference (docs/spec.md §6.3, case 8)."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.acknowledged import AcknowledgedActions
from tests.support.backfill_checks import check_whole_story, seen_by
from tests.support.background_game import being_played
from tests.support.cluster import Cluster
from tests.support.concurrent_tests import together
from tests.support.party import CAST, MANY_WORDS
from tests.support.phone import Phone, PhoneParty
from tests.support.reconnecting_phones import RESTARTING, coming_back
from tests.support.state_comparison import check_agreement

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
MOVES_WITHIN_S = 20.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two workers that must end cleanly, and without one traceback."""
    cluster = Cluster(2)
    try:
        cluster.start()
        yield cluster
        for worker in cluster.workers.values():
            assert worker.server.stop() == 0
        assert not cluster.tracebacks(), cluster.tracebacks()
    finally:
        cluster.dispose()


async def scattered(cluster: Cluster, settings: dict[str, object], away: set[str]) -> PhoneParty:
    """A party in which these guests are at the worker that does not have the room."""
    party = await PhoneParty.throw(cluster, CAST, settings, {"Erin": "1.0"})
    owner = cluster.owner_of(party.room_id)
    (elsewhere,) = [worker for worker in cluster.workers.values() if worker.name != owner]
    for phone in party.guests:
        if phone.name in away:
            await phone.hang_up()
            phone.site, phone.port = elsewhere, elsewhere.port
            await phone.return_to_room()
    assert cluster.owner_of(party.room_id) == owner
    return party


@together
@pytest.mark.parametrize("holder", ["host", "explainer"])
@pytest.mark.parametrize("away", [{"Alice", "Carol"}, {"Bob", "Dave", "Erin"}], ids=["host away", "explainer away"])
async def test_a_whole_game_is_the_same_on_both_sides(cluster: Cluster, holder: str, away: set[str]) -> None:
    """The same events in the same order, the word to its holder alone, and acknowledgements that count."""
    party = await scattered(cluster, SETTINGS | {"wordHolder": holder}, away)
    async with party:
        await party.start_game()
        ledger = AcknowledgedActions()
        async with being_played(party, pause_s=0.02) as play:
            await asyncio.sleep(3)
        assert len(play.swipes) > 10
        await check_agreement(party, ledger)
        stories = [seen_by(guest, after=party.host.messages[0].envelope.get("sequenceId", 0)) for guest in party.guests]
        public = [[event for event in story if event[1] == "WORD_RESULT"] for story in stories]
        assert all(story == public[0] for story in public)
        assert await party.guest("Carol").refused("CONFIRM_START") == "UNAUTHORIZED"
        # Whatever wanted an acknowledgement was sent once: the acknowledgements arrived.
        await party.end_game()
        await asyncio.gather(*(guest.settle() for guest in party.guests))
        for guest in party.guests:
            assert len(guest.received("ROUND_STARTED")) == len(guest.received("GAME_ENDED")) == 1, guest.name


@together
async def test_a_relayed_phone_that_lost_its_line_is_told_everything(cluster: Cluster) -> None:
    party = await scattered(cluster, SETTINGS, {"Dave"})
    async with party:
        await party.start_game()
        await party.swipe()
        dave = party.guest("Dave")
        await dave.settle()
        last_seen = dave.mirror.sequence_id
        dave.drop()
        for action in ("guessed", "skipped", "guessed"):
            await party.swipe(action)
        answer = await dave.return_to_room()
        assert answer.type == "RECONNECTED"
        check_whole_story(answer, party.guest("Carol"), last_seen)
        await party.swipe()
        await check_agreement(party, AcknowledgedActions())


@together
async def test_a_new_player_and_a_kick_reach_the_other_side(cluster: Cluster) -> None:
    party = await scattered(cluster, SETTINGS, set())
    async with party:
        owner = cluster.owner_of(party.room_id)
        (elsewhere,) = [worker for worker in cluster.workers.values() if worker.name != owner]
        frank = Phone(elsewhere, party.room_id, "Frank")
        party.guests.append(frank)
        await frank.connect()
        await party.host.expect("PLAYER_JOINED", playerName="Frank")
        imposter = Phone(elsewhere, party.room_id, "frank")
        assert (await refusal(imposter)) == "NAME_TAKEN"
        await imposter.hang_up()
        party.host.send("KICK_PLAYER", {"playerId": frank.actor_id})
        assert await frank.last_words() == ("KICKED", 4403)
        assert await frank.turned_away({"role": "player", "sessionId": frank.session_id}) in {
            ("SESSION_EXPIRED", 4401),
            ("KICKED", 4403),
        }
        party.guests.remove(frank)
        await check_agreement(party)


async def refusal(phone: Phone) -> str:
    """What a phone is answered that wants in under its name."""
    await phone.open()
    phone.send("CONNECT", {"role": "player", "playerName": phone.name}, actorId="")
    return str((await phone.expect("ERROR"))["code"])


@together
async def test_a_room_that_does_not_exist_does_not_exist_anywhere(cluster: Cluster) -> None:
    for worker in cluster.workers.values():
        nobody = Phone(worker, "ZZZZZZ", "Bob")
        assert await nobody.turned_away({"role": "player", "playerName": "Bob"}) == ("ROOM_NOT_FOUND", 4404)


@together
async def test_a_room_whose_sockets_have_all_moved_moves_there_too(cluster: Cluster) -> None:
    """Once nobody plays: the clock stands where it stood, the score and the word are the same."""
    party = await scattered(cluster, SETTINGS | {"wordHolder": "explainer"}, {"Bob", "Carol"})
    async with party:
        await party.start_game()
        await party.swipe()
        first = cluster.owner_of(party.room_id)
        (elsewhere,) = [worker for worker in cluster.workers.values() if worker.name != first]
        for phone in party.guests:
            if phone.site is not elsewhere:
                phone.drop()
                phone.site, phone.port = elsewhere, elsewhere.port
                await phone.return_to_room()
        word = party.holder.mirror.word
        party.host.send("PAUSE_GAME")
        await party.everybody_in("ROUND_PAUSED")
        remaining_s = party.host.mirror.remaining_s
        async with coming_back(party) as stay:
            await cluster.until_owned_by(party.room_id, elsewhere.name, MOVES_WITHIN_S)
            absences = await stay.everybody_was_away(0)
        assert {absence.close_code for absence in absences} == {RESTARTING}
        assert {absence.answer.type for absence in absences} == {"RECONNECTED"}
        assert party.host.mirror.remaining_s == remaining_s
        party.host.send("RESUME_GAME")
        await party.into_round()
        assert party.holder.mirror.word == word
        await party.swipe()
        state = await check_agreement(party, AcknowledgedActions())
        assert sum(state["currentScore"].values()) == 2
