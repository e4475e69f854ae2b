"""The live word, through every fault: no frame to anybody but its holder contains it (docs/spec.md §2.3).

Leaving a party checks every frame that anybody got against the words that were live at that time.
"""

import asyncio
from collections.abc import Callable

import pytest

from tests.support.acknowledged import AcknowledgedActions
from tests.support.party import CAST
from tests.support.phone import Phone, PhoneParty
from tests.support.site import Site
from tests.support.state_comparison import check_agreement

SETTINGS = {"roundDurationSec": 180, "wordPackIds": ["default_animals"]}


@pytest.mark.parametrize("word_holder", ["host", "explainer"])
async def test_no_way_back_shows_the_live_word(build_site: Callable[..., Site], word_holder: str) -> None:
    """Reload, backfill, half a minute of history, a crash, the host's role handed over; with a stage looking on."""
    site = build_site()
    await asyncio.to_thread(site.start)
    async with await PhoneParty.throw(site, CAST, SETTINGS | {"wordHolder": word_holder}, {"Erin": "1.0"}) as party:
        stage = party.invite("Stage")
        await stage.connect("spectator")
        await party.start_game()
        ledger = AcknowledgedActions()
        everybody: list[Phone] = party.guests
        for crash in (False, True):
            await party.swipe()
            await party.swipe("skipped")
            word = party.holder.mirror.word
            assert word is not None
            if crash:
                # Real time for the last swipe to be written.
                await asyncio.sleep(0.2)
                site.kill9()
                await asyncio.gather(*(phone.lose_line() for phone in everybody))
                await asyncio.to_thread(site.start)
            else:
                for phone in everybody:
                    phone.drop()
            await party.everybody_returns()
            check_who_knows(party, word)
            # Once more from the very beginning, as somebody who wants to see what was told to others.
            for phone in everybody:
                phone.drop()
                await phone.ask_to_reconnect(1)
                await phone.expect("RECONNECTED")
            check_who_knows(party, word)
            await asyncio.gather(*(reload(phone) for phone in everybody))
            check_who_knows(party, word)
            await check_agreement(party, ledger)

        bob, carol = party.guest("Bob"), party.guest("Carol")
        party.host.send("TRANSFER_HOST", {"playerId": carol.actor_id})
        await carol.expect("HOST_CHANGED")
        party.settings["wordHolder"] = "explainer"
        await asyncio.gather(*(phone.settle() for phone in everybody))
        assert bob.mirror.word is not None, "the explainer holds the words now"
        check_who_knows(party, bob.mirror.word)
        for phone in everybody:
            phone.drop()
            await phone.return_to_room()
        check_who_knows(party, bob.mirror.word)
        await party.swipe()
        await check_agreement(party)
    assert not site.tracebacks(), site.tracebacks()


def check_who_knows(party: PhoneParty, word: dict[str, object]) -> None:
    for phone in party.guests:
        known = phone.mirror.word
        if phone is party.holder:
            assert known is not None
            assert (known["wordId"], known["wordText"]) == (word["wordId"], word["wordText"])
        else:
            assert known is None, f"{phone.name} knows {known}"


async def reload(phone: Phone) -> None:
    await phone.hang_up()
    await phone.come_back()
