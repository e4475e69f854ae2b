"""The live word reaches its holder and nobody else, however they ask.

Leaving a party checks every frame that anybody got against the words that were live at that time.
"""

import asyncio

import pytest

from tests.support.concurrent_tests import together
from tests.support.party import CAST, Party
from tests.support.protocol_checks import check_secrecy, says
from tests.support.site import Site


@pytest.mark.parametrize("word_holder", ["host", "explainer"])
@together
async def test_no_way_of_asking_shows_the_live_word(site: Site, word_holder: str) -> None:
    settings = {"wordHolder": word_holder}
    async with await Party.throw(site, settings=settings) as party:
        stage = party.invite("Stage")
        await stage.connect("spectator")
        await party.start_game()
        await party.swipe()
        await party.swipe("skipped")
        holder = party.holder
        others = [guest for guest in party.guests if guest is not holder]
        assert holder.mirror.word is not None

        # A reloaded page, a lost line, a late joiner, a heartbeat that disagrees.
        for guest in others:
            await guest.hang_up()
            if guest is stage:
                await guest.connect("spectator")
            else:
                await guest.come_back()
            guest.send("HEARTBEAT", {"stateVersion": guest.mirror.state_version, "stateChecksum": "00000000"})
            await guest.expect("STATE_SNAPSHOT")
            assert guest.mirror.word is None, guest.name
        late = party.invite("Frank")
        await late.connect()
        dropped = [guest for guest in others if guest is not stage]
        for guest in dropped:
            guest.drop()
        await party.swipe()
        await asyncio.gather(*(guest.reconnect(0) for guest in dropped))
        assert all(guest.mirror.word is None for guest in dropped)

        # The holder itself is shown it each time.
        word = holder.mirror.word
        await holder.hang_up()
        connected = await holder.come_back()
        assert connected["gameState"]["currentWord"]["wordText"] == word["wordText"]
        facts = await site.get(f"/api/rooms/{party.room_id}")
        for text in (facts.body.decode(), (await site.get(f"/stage/{party.room_id}/")).body.decode(), site.log()):
            assert not says(text, word["wordText"])


@together
async def test_a_handed_over_host_stops_seeing_words(site: Site) -> None:
    async with await Party.throw(site) as party:
        await party.start_game()
        await party.swipe()
        bob = party.guest("Bob")
        party.host.send("TRANSFER_HOST", {"playerId": bob.actor_id})
        changed = await party.guest("Carol").expect("HOST_CHANGED")
        assert (changed["hostId"], changed["hostName"], changed["reason"]) == (bob.actor_id, "Bob", "transferred")
        assert (await party.look())["settings"]["wordHolder"] == "explainer"
        party.settings["wordHolder"] = "explainer"
        await party.holder.until(lambda: party.holder.mirror.word is not None, "the word at the explainer")
        await party.swipe()
        if party.explainer is not bob:
            assert bob.mirror.word is None
        assert await party.host.refused("PAUSE_GAME") == "UNAUTHORIZED"
        bob.send("PAUSE_GAME")
        await party.guest("Dave").expect("GAME_PAUSED")


@together
async def test_the_check_of_secrecy_would_find_a_leak(site: Site) -> None:
    """A guard that cannot fail guards nothing: show it a frame that leaks."""
    async with await Party.throw(site, CAST[:2]) as party:
        await party.start_game()
        word = party.host.mirror.word
        assert word is not None
        bob = party.guest("Bob")
        leak = bob.messages[-1].text.replace('"payload":{', f'"payload":{{"hint":"it is a {word["wordText"]}",', 1)
        spy = party.invite("Spy")
        spy.acknowledges = False
        spy.connections.append(0)
        spy.hear(leak.encode())
        with pytest.raises(AssertionError, match="before its time"):
            check_secrecy(party.guests)
        party.guests.remove(spy)
