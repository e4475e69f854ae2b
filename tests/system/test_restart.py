"""The server goes down in the middle of a round and comes up again: the game goes on."""

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.party import Party
from tests.support.site import Site

SETTINGS = {"roundDurationSec": 60}


async def come_back_all(party: Party) -> float:
    """Everybody reconnects at once; how long that took, in seconds."""
    began = time.monotonic()
    await asyncio.gather(*(guest.come_back() for guest in party.guests))
    return time.monotonic() - began


async def check_that_the_game_goes_on(party: Party, scores: dict[str, int], remaining_s: int, last_seq_id: int) -> None:
    assert await come_back_all(party) < 5
    state = await party.look()
    assert state["state"] == "ROUND_ACTIVE"
    assert state["currentScore"] == scores
    assert abs(state["remainingSeconds"] - remaining_s) <= 1
    assert state["sequenceId"] >= last_seq_id + 1000, "no number that a client may have seen is used again"
    assert [player["playerName"] for player in state["players"]] == [player.name for player in party.players]
    # The clock runs, and the next swipe counts.
    tick = await party.host.expect("TIMER_TICK", 3)
    assert tick["remainingSeconds"] <= remaining_s
    await party.swipe()
    assert sum(party.scores.values()) == sum(scores.values()) + 1
    await party.end_game()


@pytest.mark.parametrize("word_holder", ["host", "explainer"])
@together
async def test_a_restart_in_mid_round_loses_nothing(build_site: Callable[..., Site], word_holder: str) -> None:
    site = build_site()
    await asyncio.to_thread(site.start)
    async with await Party.throw(site, settings=SETTINGS | {"wordHolder": word_holder}) as party:
        await party.start_game()
        for action in ("guessed", "skipped", "guessed"):
            await party.swipe(action)
        await party.host.expect("TIMER_TICK")
        word, scores = party.holder.mirror.word, party.scores
        assert word is not None

        stopping = asyncio.create_task(asyncio.to_thread(site.stop))
        closes = await asyncio.gather(*(guest.closed(10) for guest in party.guests))
        assert closes == [1012] * len(party.guests)
        assert await stopping == 0
        remaining_s, last_seq_id = party.host.mirror.remaining_s, highest_number(party)
        assert remaining_s is not None
        await asyncio.to_thread(site.start)

        await party.holder.come_back()
        assert party.holder.mirror.word == word
        await check_that_the_game_goes_on(party, scores, remaining_s, last_seq_id)
    assert not site.tracebacks(), site.tracebacks()


@together
async def test_a_crash_in_mid_round_loses_nothing_older_than_a_moment(build_site: Callable[..., Site]) -> None:
    site = build_site()
    await asyncio.to_thread(site.start)
    async with await Party.throw(site, settings=SETTINGS) as party:
        await party.start_game()
        for _ in range(3):
            await party.swipe()
        scores = party.scores
        # What is older than 100 ms must survive; real time has to pass for that.
        await asyncio.sleep(0.15)
        site.kill9()
        remaining_s, last_seq_id = party.host.mirror.remaining_s, highest_number(party)
        assert remaining_s is not None
        await asyncio.gather(*(guest.closed() for guest in party.guests))
        await asyncio.to_thread(site.start)
        await check_that_the_game_goes_on(party, scores, remaining_s, last_seq_id)
    assert not site.tracebacks(), site.tracebacks()


@together
async def test_rooms_in_every_kind_of_state_survive_a_restart(build_site: Callable[..., Site]) -> None:
    site = build_site()
    await asyncio.to_thread(site.start)
    lobby, ready, paused, results = await asyncio.gather(*(Party.throw(site, settings=SETTINGS) for _ in range(4)))
    await asyncio.gather(ready.set_up_teams(), paused.start_game(), results.start_game())
    await asyncio.gather(paused.swipe(), results.swipe())
    paused.host.send("PAUSE_GAME")
    await asyncio.gather(paused.everybody_in("ROUND_PAUSED"), results.end_game())
    parties = (lobby, ready, paused, results)
    before = [comparable(await party.look()) for party in parties]
    await asyncio.gather(*(guest.hang_up() for party in parties for guest in party.guests))

    assert await asyncio.to_thread(site.stop) == 0
    await asyncio.to_thread(site.start)
    await asyncio.gather(*(come_back_all(party) for party in parties))
    after = [comparable(await party.look()) for party in parties]
    assert after == before
    paused.host.send("RESUME_GAME")
    await paused.into_round()
    await paused.swipe()
    assert sum(paused.scores.values()) == 2
    for party in parties:
        async with party:
            pass


@together
async def test_a_room_nobody_has_entered_yet_survives_a_restart(build_site: Callable[..., Site]) -> None:
    site = build_site()
    await asyncio.to_thread(site.start)
    created = await site.create_room("Alice", {"numTeams": 4})
    site.kill9()
    await asyncio.to_thread(site.start)
    async with Guest(site, created.room_id, "Alice") as alice:
        connected = await alice.connect("host", sessionId=created.session_id)
        assert connected["gameState"]["settings"]["numTeams"] == 4


def highest_number(party: Party) -> int:
    return max(guest.mirror.sequence_id for guest in party.guests)


def comparable(state: dict[str, object]) -> dict[str, object]:
    """A room without its numbers, which jump at a restore."""
    return {key: value for key, value in state.items() if key not in {"stateVersion", "sequenceId"}}
