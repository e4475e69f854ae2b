"""The same thing twice: swipes, sockets, acknowledgements. Each counts once (docs/spec.md §1.3, §2.5, §3.5)."""

import asyncio
import time

from tests.support.acknowledged import AcknowledgedActions
from tests.support.concurrent_tests import together
from tests.support.party import CAST
from tests.support.phone import Phone, PhoneParty
from tests.support.site import Site
from tests.support.state_comparison import check_agreement

SETTINGS = {"roundDurationSec": 180, "wordHolder": "explainer"}


@together
async def test_of_two_swipes_of_a_word_in_the_same_millisecond_one_counts(site: Site) -> None:
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        await party.start_game()
        holder = party.holder
        for number in range(40):
            word = holder.mirror.word
            assert word is not None
            actions = ("guessed", "skipped") if number % 2 else ("skipped", "guessed")
            first, second = (
                holder.send("WORD_SWIPED", {"wordId": word["wordId"], "action": action}) for action in actions
            )
            assert (await holder.expect("ERROR", requestId=second))["code"] == "INVALID_TRANSITION"
            await holder.settle()
            results = [result for result in holder.received("WORD_RESULT") if result["wordId"] == word["wordId"]]
            assert [result["action"] for result in results] == [actions[0]]
            assert not [error for error in holder.received("ERROR") if error["requestId"] == first]
        await check_agreement(party, AcknowledgedActions())


@together
async def test_a_swipe_that_is_sent_again_later_scores_once(site: Site) -> None:
    """As by a phone that does not know whether the first one came through before its line was lost."""
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        await party.start_game()
        holder = party.holder
        word = holder.mirror.word
        assert word is not None
        await party.swipe()
        await party.swipe("skipped")
        for _ in range(3):
            assert await holder.refused("WORD_SWIPED", {"wordId": word["wordId"], "action": "guessed"}) == (
                "INVALID_TRANSITION"
            )
        holder.drop()
        assert isinstance(holder, Phone)
        await holder.return_to_room()
        assert await holder.refused("WORD_SWIPED", {"wordId": word["wordId"], "action": "guessed"}) == (
            "INVALID_TRANSITION"
        )
        assert sum((await check_agreement(party, AcknowledgedActions()))["currentScore"].values()) == 1


@together
async def test_of_five_tabs_of_one_session_one_lives_and_the_others_say_so(site: Site) -> None:
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        await party.start_game()
        bob = party.guest("Bob")
        tabs = [bob, *(Phone(site, party.room_id, f"Bob's tab {number}") for number in range(2, 6))]
        for tab in tabs[1:]:
            tab.session_id = bob.session_id
        answers = await asyncio.gather(
            *(tab.connect(sessionId=bob.session_id) for tab in tabs[1:]), return_exceptions=True
        )
        assert any(not isinstance(answer, BaseException) for answer in answers)
        await asyncio.gather(*(tab.until(lambda t=tab: not t.is_open or bool(t.received("CONNECTED"))) for tab in tabs))  # type: ignore[misc]
        deadline = time.monotonic() + 5
        while sum(tab.is_open for tab in tabs) > 1:
            assert time.monotonic() < deadline, "several tabs live"
            await asyncio.sleep(0.02)
        for tab in tabs:
            if not tab.is_open:
                assert tab.close_code == 4409
                assert tab.messages[-1].payload["code"] == "SESSION_REPLACED"
        (living,) = [tab for tab in tabs if tab.is_open]
        # No tug of war: it is still the same one a while later, and it plays.
        await asyncio.sleep(1.5)
        assert [tab for tab in tabs if tab.is_open] == [living]
        party.guests[1] = living
        assert not party.host.received("PLAYER_LEFT")
        await party.swipe()
        assert living.mirror.scores == party.scores
        await check_agreement(party)
        await asyncio.gather(*(tab.hang_up() for tab in tabs if tab is not living))


@together
async def test_an_old_tab_can_not_swipe_any_more(site: Site) -> None:
    """Both send a swipe of the live word before the older one hears that it is replaced."""
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        await party.start_game()
        old = party.holder
        new = Phone(site, party.room_id, "The new tab")
        await new.open()
        word = old.mirror.word
        assert word is not None
        new.actor_id = old.actor_id
        new.send("CONNECT", {"role": "player", "sessionId": old.session_id})
        new.send("WORD_SWIPED", {"wordId": word["wordId"], "action": "guessed"})
        old.send("WORD_SWIPED", {"wordId": word["wordId"], "action": "skipped"})
        assert await old.last_words() == ("SESSION_REPLACED", 4409)
        await new.settle()
        party.guests[party.guests.index(old)] = new
        ledger = AcknowledgedActions()
        await check_agreement(party, ledger)
        assert ledger.swipes == 1


@together
async def test_a_late_acknowledgement_ends_the_warning_and_a_second_one_changes_nothing(site: Site) -> None:
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        bob, carol = party.guest("Bob"), party.guest("Carol")
        bob.acknowledges = False
        await party.start_game()
        ack_id = bob.received("ROUND_STARTED")[0].envelope["ackId"]
        # Somebody else's acknowledgement of the same message is not his.
        carol.send("ACK", {"ackId": ack_id, "status": "received"})
        for guest in (bob, party.host):
            await guest.expect("PLAYER_CONNECTION", 9, playerId=bob.actor_id, status="degraded")
        assert len(bob.received("ROUND_STARTED")) == 3
        await party.swipe()
        for _ in range(3):
            bob.send("ACK", {"ackId": ack_id, "status": "received"})
        for guest in (bob, party.host):
            await guest.expect("PLAYER_CONNECTION", playerId=bob.actor_id, status="connected")
        await party.swipe()
        await bob.settle()
        assert [m["status"] for m in bob.received("PLAYER_CONNECTION")] == ["degraded", "connected"]
        assert not carol.received("PLAYER_CONNECTION")
        assert not bob.received("ERROR")
        await check_agreement(party, AcknowledgedActions())


@together
async def test_a_lost_line_takes_its_acknowledgements_along(site: Site) -> None:
    """What was not acknowledged on the old socket is not sent again on the new one: the backfill has told it."""
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        bob = party.guest("Bob")
        assert isinstance(bob, Phone)
        bob.acknowledges = False
        await party.start_game()
        ack_id = bob.received("ROUND_STARTED")[0].envelope["ackId"]
        bob.drop()
        since = len(bob.messages)
        await bob.return_to_room()
        await asyncio.sleep(5)
        assert not bob.received("ROUND_STARTED", since)
        bob.send("ACK", {"ackId": ack_id, "status": "received"})
        await bob.settle()
        assert not party.host.received("PLAYER_CONNECTION")
        await check_agreement(party)
