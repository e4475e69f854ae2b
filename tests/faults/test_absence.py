"""Phones go away and come back: how long, who, seen by the server or not (docs/spec.md §3.2, §3.3, §3.5)."""

import asyncio
import time
from typing import Any

import pytest

from tests.support.acknowledged import AcknowledgedActions
from tests.support.backfill_checks import check_whole_story
from tests.support.background_game import remaining_at
from tests.support.concurrent_tests import together
from tests.support.guest import Message
from tests.support.party import CAST, CROWD, FEW_WORDS
from tests.support.phone import Phone, PhoneParty, TurnedAway
from tests.support.proxy import Proxy
from tests.support.site import Site
from tests.support.state_comparison import check_agreement

LONG_ROUND = {"roundDurationSec": 180}
ON_THE_PHONE = LONG_ROUND | {"wordHolder": "explainer"}
PLAY_EVERY_S = 0.7
DEAD_WITHIN_S = 20.0


class Absence:
    """Somebody loses the line in a round while the others play on for as long as they may."""

    def __init__(self, party: PhoneParty, name: str) -> None:
        self.party = party
        self.phone: Phone = party.guest(name)  # type: ignore[assignment]
        self.gone_at_s = 0.0
        self.last_seen = 0
        self.clock_s = 0.0

    async def begin(self) -> None:
        """The others swipe a word, and this one is gone."""
        await self.party.start_game()
        await self.party.swipe()
        await self.party.host.expect("TIMER_TICK")
        await self.phone.settle()
        self.last_seen = self.phone.mirror.sequence_id
        self.phone.drop()
        self.gone_at_s = time.monotonic()
        self.clock_s = remaining_at(self.others[0], self.gone_at_s)

    async def last(self, away_s: float) -> Message:
        """Play on until they are back after exactly this time; what they are answered."""
        answer = asyncio.create_task(self.phone.reconnect_after(away_s, self.gone_at_s))
        while time.monotonic() < self.gone_at_s + away_s - 1 and self.others[0].mirror.state == "ROUND_ACTIVE":
            await self.party.swipe()
            await asyncio.sleep(PLAY_EVERY_S)
        return await answer

    @property
    def others(self) -> list[Phone]:
        return [phone for phone in self.party.guests if phone is not self.phone]

    def seconds_until(self, message: Message) -> float:
        return message.at_s - self.gone_at_s

    async def check_they_play(self) -> dict[str, Any]:
        """Back in full: the same picture as everybody's, and the next word counts for them too."""
        await self.party.swipe()
        return await check_agreement(self.party, AcknowledgedActions())


@together
@pytest.mark.parametrize("away_s", [4.9])
async def test_a_player_who_is_back_before_5_seconds_is_told_everything(site: Site, away_s: float) -> None:
    async with await PhoneParty.throw(site, CAST, LONG_ROUND) as party:
        absence = Absence(party, "Dave")
        await absence.begin()
        answer = await absence.last(away_s)
        check_whole_story(answer, party.guest("Carol"), absence.last_seen)
        assert "message" not in answer.payload
        await absence.check_they_play()


@together
@pytest.mark.parametrize("away_s", [5.1, pytest.param(29, marks=pytest.mark.long)])
async def test_a_player_who_is_back_before_30_seconds_is_told_the_state_alone(site: Site, away_s: float) -> None:
    async with await PhoneParty.throw(site, CAST, LONG_ROUND) as party:
        absence = Absence(party, "Dave")
        await absence.begin()
        answer = await absence.last(away_s)
        assert answer["missedEvents"] is None
        assert answer["message"]
        words = len(party.host.received("WORD_RESULT")) - 1
        assert answer["summary"] == {"wordsGuessed": words, "wordsSkipped": 0}
        if away_s > 15:
            warning = await party.host.expect("PLAYER_CONNECTION", playerId=absence.phone.actor_id, status="warning")
            assert 14.5 < absence.seconds_until(warning) < 16.5
        dave = next(p for p in (await absence.check_they_play())["players"] if p["playerName"] == "Dave")
        assert (dave["connected"], dave["sittingOut"]) == (True, False)


@together
@pytest.mark.long
@pytest.mark.parametrize("name", ["Bob", "Dave"])
async def test_a_player_who_is_back_after_31_seconds_looks_on_until_the_next_round(site: Site, name: str) -> None:
    """Bob explains and holds the words; after 10 s a teammate does, and Bob does not resume."""
    async with await PhoneParty.throw(site, CAST, FEW_WORDS | ON_THE_PHONE) as party:
        absence = Absence(party, name)
        await absence.begin()
        explained = party.explainer is absence.phone
        assert explained == (name == "Bob")
        answering = asyncio.create_task(
            absence.last(31) if not explained else absence.phone.reconnect_after(31, absence.gone_at_s)
        )
        answer = await answering
        assert (answer.type, answer["reason"], answer["canRejoin"]) == ("RECONNECT_FAILED", "SESSION_EXPIRED", True)
        lost = await party.host.expect("PLAYER_CONNECTION", playerId=absence.phone.actor_id, status="lost")
        assert 29.5 < absence.seconds_until(lost) < 31.5
        before = absence.phone.actor_id
        others = [guest for guest in party.guests if guest is not absence.phone]
        told = {guest: len(guest.received("STATE_SNAPSHOT")) for guest in others}
        connected = await absence.phone.rejoin()
        assert (connected["actorId"], connected["role"]) == (before, "player")
        assert connected["gameState"]["currentScore"] == party.host.mirror.scores
        # Nothing but a snapshot tells the others who sits out.
        await asyncio.gather(
            *(
                guest.until(
                    lambda guest=guest, count=count: len(guest.received("STATE_SNAPSHOT")) > count, "a snapshot"
                )
                for guest, count in told.items()
            )
        )
        state = await check_agreement(party, AcknowledgedActions())
        assert {p["playerName"] for p in state["players"] if p["sittingOut"]} == {name}
        assert state["explainerPlayerId"] != absence.phone.actor_id
        for guest in party.guests:
            guest.mirror.explainer_id = state["explainerPlayerId"]
        await party.swipe_all_words()
        await party.next_round()
        state = await check_agreement(party, AcknowledgedActions())
        assert not [p for p in state["players"] if p["sittingOut"]]


@together
@pytest.mark.long
async def test_a_player_who_is_gone_for_61_seconds_has_lost_the_seat(site: Site) -> None:
    async with await PhoneParty.throw(site, CAST, LONG_ROUND) as party:
        absence = Absence(party, "Dave")
        await absence.begin()
        with pytest.raises(TurnedAway, match="4401 SESSION_EXPIRED"):
            await absence.last(61)
        left = await party.host.expect("PLAYER_LEFT", playerId=absence.phone.actor_id)
        assert left["reason"] == "disconnected"
        assert 59.5 < absence.seconds_until(left) < 61
        statuses = [m["status"] for m in party.host.received("PLAYER_CONNECTION")]
        assert statuses == ["warning", "lost"]
        scores = party.scores
        state = await absence.check_they_play()
        assert [p["playerName"] for p in state["players"]] == ["Bob", "Carol", "Erin"]
        assert sum(state["currentScore"].values()) == sum(scores.values()) + 1, "the score stays with the team"


@together
@pytest.mark.parametrize("away_s", [4.9, 5.1, pytest.param(29, marks=pytest.mark.long)])
async def test_a_host_who_is_back_before_30_seconds_is_told_everything(site: Site, away_s: float) -> None:
    async with await PhoneParty.throw(site, CAST, ON_THE_PHONE) as party:
        absence = Absence(party, "Alice")
        await absence.begin()
        answer = await absence.last(away_s)
        check_whole_story(answer, party.guest("Carol"), absence.last_seen)
        if away_s > 10:
            paused = await party.guest("Bob").expect("GAME_PAUSED")
            assert 9.5 < absence.seconds_until(paused) < 11.5
            check_the_clock_stood_since(absence, answer)
            party.host.send("RESUME_GAME")
            await party.into_round()
        assert answer["currentState"] == ("ROUND_PAUSED" if away_s > 10 else "ROUND_ACTIVE")
        await absence.check_they_play()


def check_the_clock_stood_since(absence: Absence, answer: Message) -> None:
    """The seconds between the loss of the host and the pause are given back."""
    assert abs(answer["gameState"]["remainingSeconds"] - absence.clock_s) <= 1


@together
@pytest.mark.long
async def test_a_host_who_is_back_after_31_seconds_has_the_role_at_once(site: Site) -> None:
    async with await PhoneParty.throw(site, CAST, LONG_ROUND) as party:
        absence = Absence(party, "Alice")
        await absence.begin()
        answer = await absence.phone.reconnect_after(31, absence.gone_at_s)
        assert (answer.type, answer["canRejoin"], answer["currentState"]) == ("RECONNECT_FAILED", True, "ROUND_PAUSED")
        connected = await absence.phone.rejoin()
        assert connected["role"] == "host"
        check_the_clock_stood_since(absence, connected)
        assert not party.guest("Bob").received("HOST_CHANGED")
        party.host.send("RESUME_GAME")
        await party.into_round()
        await absence.check_they_play()


@together
@pytest.mark.long
async def test_a_host_who_is_gone_for_61_seconds_comes_back_as_a_player(site: Site) -> None:
    async with await PhoneParty.throw(site, CAST, FEW_WORDS | ON_THE_PHONE) as party:
        absence = Absence(party, "Alice")
        await absence.begin()
        bob = party.guest("Bob")
        answer = await absence.phone.reconnect_after(61, absence.gone_at_s)
        changed = await bob.expect("HOST_CHANGED")
        assert (changed["hostId"], changed["reason"]) == (bob.actor_id, "disconnected"), "the longest connected player"
        assert 59.5 < absence.seconds_until(changed) < 61
        assert (answer.type, answer["canRejoin"]) == ("RECONNECT_FAILED", True)
        connected = await absence.phone.rejoin()
        assert connected["role"] == "player"
        assert await absence.phone.refused("RESUME_GAME") == "UNAUTHORIZED"
        bob.send("RESUME_GAME")
        await bob.until_state("ROUND_ACTIVE")
        state = await check_agreement(party, AcknowledgedActions())
        assert (state["hostId"], len(state["players"])) == (bob.actor_id, 5)
        assert {p["playerName"] for p in state["players"] if p["sittingOut"]} == {"Alice"}


@together
async def test_all_ten_and_the_host_leave_at_once_and_come_back(site: Site) -> None:
    async with await PhoneParty.throw(site, CROWD, LONG_ROUND) as party:
        await party.start_game()
        for _ in range(3):
            await party.swipe()
        for phone in party.guests:
            phone.drop()
        await asyncio.sleep(2)
        answers = await party.everybody_returns()
        assert {answer.type for answer in answers} == {"RECONNECTED"}
        assert len((await check_agreement(party, AcknowledgedActions()))["players"]) == 10
        await party.swipe()
        await check_agreement(party, AcknowledgedActions())


@together
@pytest.mark.long
async def test_a_room_that_all_have_left_for_long_waits_for_its_host(site: Site) -> None:
    async with await PhoneParty.throw(site, CROWD, LONG_ROUND) as party:
        await party.start_game()
        await party.swipe()
        gone_at_s = time.monotonic()
        for phone in party.guests:
            phone.drop()
        alice, *players = party.guests
        answer = await alice.reconnect_after(65, gone_at_s)
        assert (answer.type, answer["currentState"]) == ("RECONNECT_FAILED", "ROUND_PAUSED")
        assert (await alice.rejoin())["role"] == "host"
        for phone in players:
            with pytest.raises(TurnedAway, match="4401 SESSION_EXPIRED"):
                await phone.return_to_room()
            await phone.connect()
        alice.send("END_GAME")
        await party.everybody_in("FINAL_RESULTS")
        alice.send("RESTART_GAME")
        await party.everybody_in("TEAM_SETUP")
        for number, phone in enumerate(players):
            phone.send("JOIN_TEAM", {"teamId": f"team_{number % 2 + 1}"})
            await alice.expect("PLAYER_ASSIGNED_TEAM", playerId=phone.actor_id)
        await party.everybody_in("READY_TO_START")
        await party.confirm_start()
        await party.swipe()
        await check_agreement(party, AcknowledgedActions())


@together
async def test_a_line_that_died_without_a_word_is_found_dead_within_20_seconds(site: Site) -> None:
    """No FIN, and the kernel on the way takes every tick: only the missing answers can tell."""
    async with await PhoneParty.throw(site, CAST, LONG_ROUND) as party, Proxy(site.server.port) as proxy:
        dave, carol = party.guest("Dave"), party.guest("Carol")
        assert isinstance(dave, Phone)
        await dave.hang_up()
        dave.port = proxy.port
        await dave.return_to_room()
        await party.start_game()
        await party.swipe()
        await dave.settle()
        last_seen = dave.mirror.sequence_id
        proxy.swallow()
        dead_since_s = time.monotonic()
        dave.freeze()
        while await is_connected(party, "Dave"):
            assert time.monotonic() - dead_since_s < DEAD_WITHIN_S
            await party.swipe()
            await asyncio.sleep(PLAY_EVERY_S)
        assert proxy.swallowed_bytes > 500, "ticks were flowing"
        dave.port = site.server.port
        # The server counts from the close that it saw, just now: everything is told.
        check_whole_story(await dave.return_to_room(), carol, last_seen)
        await party.swipe()
        await check_agreement(party, AcknowledgedActions())


async def is_connected(party: PhoneParty, name: str) -> bool:
    return bool(next(p for p in (await party.look())["players"] if p["playerName"] == name)["connected"])


@together
@pytest.mark.parametrize(("away_s", "is_told"), [(3, True), (6, False)])
async def test_a_phone_that_changes_networks_is_back_on_a_new_line_before_the_old_one_is_dead(
    site: Site, away_s: float, is_told: bool
) -> None:
    """The server saw no close: what counts is the age of the oldest event that was missed."""
    async with await PhoneParty.throw(site, CAST, LONG_ROUND) as party, Proxy(site.server.port) as proxy:
        dave, carol = party.guest("Dave"), party.guest("Carol")
        assert isinstance(dave, Phone)
        await dave.hang_up()
        dave.port = proxy.port
        await dave.return_to_room()
        await party.start_game()
        await party.swipe()
        await dave.settle()
        last_seen = dave.mirror.sequence_id
        proxy.swallow()
        dave.freeze()
        await party.swipe()
        missed_at_s = time.monotonic()
        await party.swipe()
        dave.port = site.server.port
        answer = await dave.reconnect_after(away_s, missed_at_s)
        if is_told:
            check_whole_story(answer, carol, last_seen)
        else:
            assert answer["missedEvents"] is None
        assert not party.host.received("PLAYER_LEFT")
        await party.swipe()
        await check_agreement(party, AcknowledgedActions())
