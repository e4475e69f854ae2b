"""Clients with wrong clocks, histories and versions: the server decides (docs/spec.md §2.4, §3.2)."""

import asyncio
import time
from typing import Any

import pytest

from tests.support.acknowledged import AcknowledgedActions
from tests.support.backfill_checks import check_whole_story
from tests.support.concurrent_tests import together
from tests.support.message_rules import LATEST
from tests.support.party import CAST
from tests.support.phone import Phone, PhoneParty
from tests.support.site import Site
from tests.support.state_comparison import check_agreement

SETTINGS = {"roundDurationSec": 180, "wordHolder": "explainer"}
DAY_MS = 86_400_000
OFFSETS_MS = {"Alice": -90_000, "Bob": 90_000, "Carol": DAY_MS, "Dave": -DAY_MS, "Erin": 0}


@together
async def test_phones_whose_clocks_are_wrong_play_like_everybody(site: Site) -> None:
    async with await PhoneParty.throw(site, (), SETTINGS) as party:
        party.host.clock_offset_ms = OFFSETS_MS["Alice"]  # type: ignore[attr-defined]
        for name in CAST:
            phone = party.invite(name)
            phone.clock_offset_ms = OFFSETS_MS[name]  # type: ignore[attr-defined]
            await phone.connect()
        await party.start_game()
        await party.swipe()
        start_s = time.monotonic()
        for phone in party.guests:
            await phone.expect("TIMER_TICK")
        await asyncio.sleep(2)
        left = [phone.mirror.remaining_s for phone in party.guests]
        assert max(left) - min(left) <= 1, left
        assert abs(180 - left[0] - (time.monotonic() - start_s)) < 3
        for phone in party.guests:
            times = [m.envelope["timestamp"] for m in phone.messages]
            assert all(abs(at_ms - time.time() * 1000) < 60_000 for at_ms in times), "the server's own time"

        # Away for a moment: whatever the phone says of when that began, everything is told.
        carol, erin = party.guest("Carol"), party.guest("Erin")
        for phone in (party.guest("Bob"), carol, party.guest("Dave")):
            assert isinstance(phone, Phone)
            await phone.settle()
            last_seen = phone.mirror.sequence_id
            is_holder = phone is party.holder
            phone.drop()
            if not is_holder:
                await party.swipe()
            answer = await phone.return_to_room()
            if not is_holder:
                check_whole_story(answer, erin, last_seen)
        await check_agreement(party, AcknowledgedActions())


@together
@pytest.mark.parametrize("forged_ms", [0, -DAY_MS, DAY_MS, 10**15, None])
async def test_how_long_somebody_was_away_is_not_theirs_to_say(site: Site, forged_ms: int | None) -> None:
    """``disconnectTimestamp`` says just now, long ago, tomorrow or nothing; six seconds they were."""
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        dave = party.guest("Dave")
        await party.start_game()
        await party.swipe()
        dave.drop()
        gone_at_s = time.monotonic()
        await party.swipe()
        await asyncio.sleep(gone_at_s + 6 - time.monotonic())
        forged = {} if forged_ms is None else {"disconnectTimestamp": int(time.time() * 1000) + forged_ms}
        answer = await dave.reconnect(**forged)
        assert answer["missedEvents"] is None
        dave.drop()
        last_seen = dave.mirror.sequence_id
        await party.swipe()
        check_whole_story(await dave.reconnect(**forged), party.guest("Carol"), last_seen)
        await party.swipe()
        await check_agreement(party, AcknowledgedActions())


# What may stand for the number of the last event; None of the answers: the socket is refused.
NUMBERS: list[tuple[Any, set[str]]] = [
    (0, {"all"}),
    ("current", {"nothing"}),
    ("older", {"all"}),
    ("future", {"state"}),
    (-1, {"state"}),
    (-(2**63), {"state", "refused"}),
    (2**31, {"state"}),
    (2**63 - 1, {"state"}),
    (2**63, {"state", "refused"}),
    (10**40, {"state", "refused"}),
    (1e300, {"refused"}),
    (1.5, {"refused"}),
    ("12", {"refused"}),
    ("", {"refused"}),
    (True, {"refused"}),
    ([1], {"refused"}),
    ({}, {"refused"}),
]


@together
@pytest.mark.parametrize("role", ["player", "host"])
async def test_whatever_number_is_named_the_story_is_whole_or_not_told(site: Site, role: str) -> None:
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        await party.start_game()
        phone = party.host if role == "host" else party.guest("Dave")
        carol = party.guest("Carol")
        for named, allowed in NUMBERS:
            await party.swipe("skipped")
            await asyncio.gather(phone.settle(), carol.settle())
            current = phone.mirror.sequence_id
            number = {"current": current, "older": current - 6, "future": current + 5}.get(
                named if isinstance(named, str) else "", named
            )
            phone.drop()
            since = len(phone.messages)
            await phone.ask_to_reconnect(number)
            await phone.until(lambda n=since: len(phone.messages) > n or not phone.is_open, "an answer")  # type: ignore[misc]
            answer = phone.messages[since]
            if answer.type == "ERROR":
                assert "refused" in allowed, number
                assert (answer["code"], await phone.closed()) == ("MALFORMED_MESSAGE", 4400)
                await phone.come_back()
                continue
            assert answer.type == "RECONNECTED", number
            if answer["missedEvents"] is None:
                assert "state" in allowed, number
            else:
                assert ("all" if answer["missedEvents"] else "nothing") in allowed, number
                whole = [event for event in answer["missedEvents"] if event["seqId"] > current]
                assert not whole, "nothing has happened since"
                if named != 0:
                    check_whole_story(answer, carol, number)
        await check_agreement(party, AcknowledgedActions())


@together
async def test_a_number_that_the_log_has_outlived_brings_the_state_alone(site: Site) -> None:
    """The log is bounded in bytes: what was is gone, and no half of it is told."""
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        dave, carol = party.guest("Dave"), party.guest("Carol")
        party.host.send("START_TEAM_SETUP")
        await party.everybody_in("TEAM_SETUP")
        await dave.settle()
        old = dave.mirror.sequence_id
        movers = [player for player in party.players if player is not dave]
        for number in range(190):
            for mover in movers:
                mover.send("JOIN_TEAM", {"teamId": f"team_{number % 2 + 1}"})
        await asyncio.gather(*(mover.settle() for mover in movers))
        await dave.settle()
        recent = dave.mirror.sequence_id - 50
        dave.drop()
        answer = await dave.reconnect(old)
        assert answer["missedEvents"] is None
        dave.drop()
        check_whole_story(await dave.reconnect(recent), carol, recent)
        await check_agreement(party)


@together
@pytest.mark.parametrize("version", ["0.9", "2.0", "99.0", "x", "", None, 1, 1.1, "1.1.1"])
async def test_a_wrong_version_is_told_so_and_the_game_goes_on(site: Site, version: Any) -> None:
    """At the handshake with a session that has a seat, of ``CONNECT`` as of ``RECONNECT``: the seat stays theirs."""
    async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
        await party.start_game()
        await party.swipe()
        dave = party.guest("Dave")
        is_readable = version in ("0.9", "2.0", "99.0")
        expected = ("UPGRADE_REQUIRED", 4426) if is_readable else ("MALFORMED_MESSAGE", 4400)
        for type_, payload in (
            ("CONNECT", {"role": "player", "sessionId": dave.session_id}),
            ("RECONNECT", {"sessionId": dave.session_id, "lastSeqId": 1, "disconnectTimestamp": 1}),
        ):
            stranger = Phone(site, party.room_id, "An old page")
            assert await stranger.turned_away(payload, type_, version=version) == expected
            if is_readable:
                assert set(stranger.messages[-1]["supportedVersions"]) >= {"1.0", LATEST}
        assert dave.is_open, "whoever can not be understood replaces nobody"
        dave.drop()
        await party.swipe()
        assert isinstance(dave, Phone)
        await dave.return_to_room()
        await check_agreement(party, AcknowledgedActions())
