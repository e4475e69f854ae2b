"""The acceptance criteria (docs/spec.md §6.1): one test for each, in order."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

from bench.report import percentile
from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.message_rules import LATEST
from tests.support.party import CAST, CROWD, Party
from tests.support.site import Site

LONG_ROUND = {"roundDurationSec": 120}
LARGE_RUN = Path(__file__).resolve().parents[2] / "docs" / "benchmarks" / "load-1000-1.json"


async def test_1_a_connection_is_established_within_2_seconds(site: Site) -> None:
    created = await site.create_room()
    alice = Guest(site, created.room_id, "Alice")
    crowd = [Guest(site, created.room_id, name) for name in CROWD]

    async def seconds_to_connect(guest: Guest) -> float:
        began = time.monotonic()
        await (guest.connect("host", sessionId=created.session_id) if guest is alice else guest.connect())
        return time.monotonic() - began

    try:
        took = await asyncio.gather(*(seconds_to_connect(guest) for guest in (alice, *crowd)))
        assert max(took) < 2
    finally:
        await asyncio.gather(*(guest.hang_up() for guest in (alice, *crowd)))


async def test_2_gameplay_messages_arrive_within_100_ms_at_p95(site: Site) -> None:
    """What a swipe brings to each of 44 sockets in four rooms. The load generator measures the same at scale."""
    parties = await asyncio.gather(*(Party.throw(site, CROWD, LONG_ROUND) for _ in range(4)))
    await asyncio.gather(*(party.start_game() for party in parties))
    delays: list[float] = []

    async def play(party: Party) -> None:
        for _ in range(25):
            since = [len(guest.messages) for guest in party.guests]
            began = time.monotonic()
            await party.swipe()
            for start, guest in zip(since, party.guests, strict=True):
                delays.extend(message.at_s - began for message in guest.received("WORD_RESULT", start))
                delays.extend(message.at_s - began for message in guest.received("WORD_REVEALED", start))

    await asyncio.gather(*(play(party) for party in parties))
    for party in parties:
        async with party:
            pass
    assert len(delays) == 4 * 25 * (11 + 1)
    assert percentile(delays, 0.95) < 0.1


@together
async def test_3_a_phone_that_lost_its_wifi_is_back_within_5_seconds(site: Site) -> None:
    """The server has not noticed the loss: the old socket is half open."""
    async with await Party.throw(site, CAST, LONG_ROUND) as party:
        await party.start_game()
        bob = party.guest("Bob")
        actor_id = bob.actor_id
        bob.freeze()
        await party.swipe()
        began = time.monotonic()
        answer = await bob.reconnect()
        assert time.monotonic() - began < 5
        assert answer["currentState"] == "ROUND_ACTIVE"
        await party.swipe()
        assert bob.mirror.scores == party.scores
        assert (bob.actor_id, sum(party.scores.values())) == (actor_id, 2)


@together
async def test_4_a_disconnect_under_5_seconds_is_recovered_with_a_full_backfill(site: Site) -> None:
    async with await Party.throw(site, CAST, LONG_ROUND) as party:
        await party.start_game()
        await party.swipe()
        bob, carol = party.guest("Bob"), party.guest("Carol")
        await asyncio.gather(bob.settle(), carol.settle())
        bob.drop()
        since = len(carol.messages)
        for action in ("guessed", "skipped", "guessed"):
            await party.swipe(action)
        await asyncio.sleep(1)
        answer = await bob.reconnect()
        shown = [
            (m.envelope["sequenceId"], m.type, m.payload) for m in carol.messages[since:] if "sequenceId" in m.envelope
        ]
        missed = [(event["seqId"], event["type"], event["payload"]) for event in answer["missedEvents"]]
        assert [event for event in missed if event[1] != "PLAYER_CONNECTION"] == [
            event for event in shown if event[1] != "PLAYER_CONNECTION"
        ]
        assert [event[1] for event in missed].count("WORD_RESULT") == 3


@together
async def test_5_the_game_continues_when_a_player_disconnects(site: Site) -> None:
    async with await Party.throw(site, CAST, LONG_ROUND) as party:
        await party.start_game()
        await party.swipe()
        party.explainer.drop()
        await party.swipe()
        next(player for player in party.players if player.is_open).drop()
        tick = await party.host.expect("TIMER_TICK")
        await party.host.expect("TIMER_TICK", remainingSeconds=tick["remainingSeconds"] - 1)
        assert (await party.swipe())["newScore"] == 3
        assert not party.host.received("GAME_PAUSED")


@together
async def test_6_a_host_who_is_gone_for_10_seconds_pauses_the_game(site: Site) -> None:
    async with await Party.throw(site, CAST, LONG_ROUND) as party:
        await party.start_game()
        gone_at = time.monotonic()
        party.host.drop()
        paused = await party.guest("Bob").expect("GAME_PAUSED", 13)
        assert 9.5 < paused.at_s - gone_at < 11.5
        assert paused["reason"]
        assert paused["message"]
        assert (await party.look())["state"] == "ROUND_PAUSED"


@together
async def test_7_ten_players_and_a_host_play_together(site: Site) -> None:
    async with await Party.throw(site, CROWD, {"numTeams": 5, **LONG_ROUND}) as party:
        await party.start_game()
        await party.swipe()
        state = await party.look()
        assert len(state["players"]) == 10
        assert [len(team["players"]) for team in state["teams"]] == [2] * 5
        assert all(guest.mirror.scores == party.scores for guest in party.guests)


def test_8_a_thousand_rooms_play_on_one_instance() -> None:
    """Too long for every test run: ``python -m bench --rooms 1000`` plays it, and the kept file counts."""
    figures = json.loads(LARGE_RUN.read_text())
    assert figures["rooms"] >= 1000
    assert figures["sockets"] >= 7000
    assert figures["swipes"] >= 3 * figures["rooms"]
    assert figures["latency"]["p95"] < 100
    assert figures["errors"] == {}


@together
async def test_9_a_room_survives_a_crash_in_redis(build_site: Callable[..., Site]) -> None:
    site = build_site()
    await asyncio.to_thread(site.start)
    async with await Party.throw(site, CAST, LONG_ROUND) as party:
        await party.start_game()
        await party.swipe()
        await party.swipe()
        # Changes older than 100 ms have to be there; real time has to pass for that.
        await asyncio.sleep(0.15)
        site.kill9()
        await asyncio.to_thread(site.start)
        await party.host.come_back()
        assert party.host.mirror.state == "ROUND_ACTIVE"
        assert sum(party.scores.values()) == 2
        assert party.host.mirror.word is not None


async def test_10_the_protocol_version_is_negotiated_in_the_handshake(site: Site) -> None:
    created = await site.create_room()
    spoken = {}
    for version in ("1.0", "1.1", "1.9999"):
        async with Guest(site, created.room_id, f"Bob {version}", version) as bob:
            connected = await bob.connect()
            spoken[version] = (connected.envelope["version"], connected["serverVersion"])
    assert spoken == {"1.0": ("1.0", LATEST), "1.1": ("1.1", LATEST), "1.9999": (LATEST, LATEST)}
    async with Guest(site, created.room_id, "Bob", "2.0") as bob:
        assert await bob.turned_away({"role": "player", "playerName": "Bob"}) == ("UPGRADE_REQUIRED", 4426)
