"""Heartbeats and acknowledgements: how the server and a phone make sure that they agree."""

import asyncio
import itertools

from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.party import CAST, Party
from tests.support.site import Site


async def is_put_right(guest: Guest, **payload: object) -> bool:
    """Whether a heartbeat brings the whole state; it is acknowledged in either case."""
    since = len(guest.messages)
    guest.send("HEARTBEAT", payload)
    await guest.until(lambda: bool(guest.received("HEARTBEAT_ACK", since)), "HEARTBEAT_ACK")
    await guest.settle()
    return bool(guest.received("STATE_SNAPSHOT", since))


@together
async def test_a_heartbeat_that_agrees_is_acknowledged(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        await party.start_game()
        await party.swipe()
        for guest in party.guests:
            version = guest.mirror.state_version
            assert not await is_put_right(guest, stateVersion=version, stateChecksum=guest.mirror.checksum)
            assert not await is_put_right(guest, stateVersion=version)
            assert {m["stateVersion"] for m in guest.received("HEARTBEAT_ACK")} == {version}


@together
async def test_a_heartbeat_that_disagrees_is_answered_with_the_whole_state_but_not_twice_a_second(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob, version = party.guest("Bob"), party.guest("Bob").mirror.state_version
        assert await is_put_right(bob, stateVersion=version, stateChecksum="00000000")
        answer = await bob.expect("STATE_SNAPSHOT")
        assert answer.envelope["broadcast"] == "actor"
        assert answer["gameState"]["stateVersion"] == version
        for _ in range(5):
            bob.send("HEARTBEAT", {"stateVersion": version, "stateChecksum": "00000000"})
        await bob.settle()
        assert len(bob.received("STATE_SNAPSHOT")) == 1
        # The limit is a second of real time.
        await asyncio.sleep(1.1)
        assert await is_put_right(bob, stateVersion=version + 50), "a version from the future"


@together
async def test_a_version_that_has_been_stale_for_two_seconds_is_put_right(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob = party.guest("Bob")
        stale = bob.mirror.state_version
        party.host.send("LOCK_ROOM")
        await bob.expect("ROOM_LOCKED")
        party.host.send("START_TEAM_SETUP")
        await bob.until_state("TEAM_SETUP")
        assert bob.mirror.state_version > stale
        assert not await is_put_right(bob, stateVersion=stale), "the news may still be on its way"
        await asyncio.sleep(2.2)
        assert await is_put_right(bob, stateVersion=stale)


@together
async def test_what_is_never_acknowledged_is_sent_three_times_and_the_line_is_called_degraded(site: Site) -> None:
    async with await Party.throw(site) as party:
        bob, carol = party.guest("Bob"), party.guest("Carol")
        bob.acknowledges = False
        await party.start_game()
        warned = await bob.expect("PLAYER_CONNECTION", 9, playerId=bob.actor_id, status="degraded")
        sent = bob.received("ROUND_STARTED")
        assert len(sent) == 3
        assert len({(m.envelope["ackId"], m.envelope["sequenceId"]) for m in sent}) == 1
        times = [*(message.at_s for message in sent), warned.at_s]
        assert all(1.7 < later - earlier < 2.8 for earlier, later in itertools.pairwise(times)), times
        await party.host.expect("PLAYER_CONNECTION", playerId=bob.actor_id, status="degraded")
        await carol.settle()
        assert not carol.received("PLAYER_CONNECTION"), "nobody else is told"
        assert len(carol.received("ROUND_STARTED")) == 1
        await party.swipe()
        assert bob.mirror.scores == party.scores


@together
async def test_an_acknowledgement_of_nothing_is_harmless(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob, carol = party.players
        await party.start_game()
        foreign = carol.received("ROUND_STARTED")[0].envelope["ackId"]
        for ack_id in ("ack_none", foreign, foreign, ""):
            bob.send("ACK", {"ackId": ack_id, "status": "received"})
        assert not [message for message in await bob.settle() if message.type == "ERROR"]
