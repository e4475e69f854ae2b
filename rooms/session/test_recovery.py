"""Reconnecting after a lost connection: backfill, snapshot or expiry by the time away (docs/spec.md §3.2)."""

from typing import Any

import pytest

from rooms.conftest import Guest, MovedClock, Party


async def away(party: Party, name: str, ms: int) -> Guest:
    """Disconnect ``name`` for ``ms``; returns the guest on a new socket, before the handshake."""
    await party[name].hang_up()
    party.guests[name + " before"] = party[name]
    await party.wait(ms)
    return await party.back(name)


async def test_a_short_absence_is_backfilled(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    last_seq_id = party["Bob"].sequence_id
    await party["Bob"].hang_up()
    await party.swipe("guessed")
    await party.swipe("skipped")
    await party.wait(4_900)
    bob = await party.back("Bob")
    answer = await bob.reconnect(last_seq_id)
    assert answer.type == "RECONNECTED"
    carol = [
        message.envelope for message in party["Carol"].messages if message.envelope.get("sequenceId", 0) > last_seq_id
    ]
    missed = [(event["seqId"], event["type"], event["payload"]) for event in answer["missedEvents"]]
    assert missed == [(event["sequenceId"], event["type"], event["payload"]) for event in carol]
    assert [event[1] for event in missed] == ["WORD_RESULT", "WORD_RESULT"]
    assert answer["summary"] == {"wordsGuessed": 1, "wordsSkipped": 1}
    assert answer["currentState"] == "ROUND_ACTIVE"
    assert answer["stateVersion"] == answer["gameState"]["stateVersion"] == party.live.room.state_version
    assert "message" not in answer.payload
    await party.swipe()
    assert bob.received("WORD_RESULT")


async def test_without_missed_events_the_backfill_is_empty(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    last_seq_id = party["Bob"].sequence_id
    bob = await away(party, "Bob", 1_000)
    assert (await bob.reconnect(last_seq_id))["missedEvents"] == []


@pytest.mark.parametrize(("ms", "is_backfilled"), [(4_999, True), (5_000, False), (30_000, False)])
async def test_a_longer_absence_gets_a_snapshot(throw: Any, ms: int, is_backfilled: bool) -> None:
    party = await throw("Alice", "Bob", "Carol", roundDurationSec=180)
    await party.start_round()
    last_seq_id = party["Bob"].sequence_id
    await party["Bob"].hang_up()
    await party.swipe()
    await party.wait(ms)
    bob = await party.back("Bob")
    answer = await bob.reconnect(last_seq_id)
    assert answer.type == "RECONNECTED"
    assert (answer["missedEvents"] is not None) == is_backfilled
    assert ("message" in answer.payload) != is_backfilled
    assert answer["summary"] == {"wordsGuessed": 1, "wordsSkipped": 0}


async def test_after_30_s_the_session_has_expired_and_connect_follows(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol", roundDurationSec=180)
    await party.start_round()
    last_seq_id = party["Bob"].sequence_id
    await party.swipe()
    bob = await away(party, "Bob", 31_000)
    answer = await bob.reconnect(last_seq_id)
    assert answer.type == "RECONNECT_FAILED"
    assert (answer["reason"], answer["canRejoin"], answer["currentState"]) == ("SESSION_EXPIRED", True, "ROUND_ACTIVE")
    answers = await bob.say("CONNECT", {"role": "player", "sessionId": bob.session_id})
    connected = next(message for message in answers if message.type == "CONNECTED")
    assert (connected["actorId"], connected["role"]) == (bob.actor_id, "player")
    own = next(player for player in connected["gameState"]["players"] if player["playerId"] == bob.actor_id)
    assert own["sittingOut"]


async def test_the_host_is_backfilled_for_30_s(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol", roundDurationSec=180)
    await party.start_round()
    last_seq_id = party.host.sequence_id
    alice = await away(party, "Alice", 29_000)
    answer = await alice.reconnect(last_seq_id)
    assert "GAME_PAUSED" in [event["type"] for event in answer["missedEvents"]]
    assert answer["gameState"]["currentWord"]["wordId"] == party.live.room.round.word_id
    alice = await away(party, "Alice", 31_000)
    assert (await alice.reconnect(alice.sequence_id)).type == "RECONNECT_FAILED"
    answers = await alice.say("CONNECT", {"role": "host", "sessionId": alice.session_id})
    assert next(message for message in answers if message.type == "CONNECTED")["role"] == "host"


async def test_after_60_s_the_seat_is_freed_and_given_back(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    bob = await away(party, "Bob", 60_000)
    assert [left["reason"] for left in party["Carol"].received("PLAYER_LEFT")] == ["disconnected"]
    assert (await bob.reconnect(1))["canRejoin"] is True
    answers = await bob.say("CONNECT", {"role": "player", "sessionId": bob.session_id})
    connected = next(message for message in answers if message.type == "CONNECTED")
    assert (connected["actorId"], connected["role"], connected["gameState"]["away"]) == (bob.actor_id, "player", [])
    assert party["Carol"].received("PLAYER_JOINED")[-1]["playerId"] == bob.actor_id


async def test_a_reloaded_page_gets_the_freed_seat_back_too(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.host.say("LOCK_ROOM")
    bob = await away(party, "Bob", 90_000)
    assert (await bob.connect(sessionId=bob.session_id))["actorId"] == party["Bob before"].actor_id


async def test_who_was_kicked_meanwhile_is_gone(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    bob = await away(party, "Bob", 60_000)
    await party.host.say("KICK_PLAYER", {"playerId": bob.actor_id})
    assert party["Carol"].last["gameState"]["away"] == []
    await bob.reconnect(1)
    assert (bob.last["code"], bob.close_code) == ("SESSION_EXPIRED", 4401)


async def test_in_a_full_room_who_comes_back_looks_on_until_a_seat_is_free(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    bob = await away(party, "Bob", 60_000)
    await party.come(*(f"Guest {letter}" for letter in "ABCDEFGHI"))
    connected = await bob.connect(sessionId=bob.session_id)
    assert (connected["role"], connected["gameState"]["away"]) == ("spectator", [])
    await party["Guest A"].say("LEAVE_ROOM")
    assert bob.received("PLAYER_JOINED")[-1]["playerId"] == bob.actor_id
    assert party.live.role_of(bob.actor_id) == "player"


async def test_the_former_host_comes_back_as_a_player(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    alice = await away(party, "Alice", 60_000)
    assert [change["hostId"] for change in party["Bob"].received("HOST_CHANGED")] == [party["Bob"].actor_id]
    answers = await alice.say("CONNECT", {"role": "host", "sessionId": alice.session_id}, actorId="")
    assert next(message for message in answers if message.type == "CONNECTED")["role"] == "player"
    await alice.say("RECLAIM_HOST")
    assert [change["reason"] for change in party["Carol"].received("HOST_CHANGED")] == ["disconnected", "reclaimed"]
    assert party.live.role_of(alice.actor_id) == "host"


@pytest.mark.parametrize("last_seq_id", [0, -5, 10_000, 2**62])
async def test_a_gap_in_the_log_gets_a_snapshot(throw: Any, last_seq_id: int) -> None:
    party = await throw("Alice", "Bob")
    party.live.log.prune(party.time.now_ms + 200_000)
    bob = await away(party, "Bob", 1_000)
    answer = await bob.reconnect(last_seq_id)
    assert answer["missedEvents"] is None
    assert "summary" not in answer.payload
    assert answer["message"]


async def test_missed_words_are_sent_to_their_holder_alone(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    since = {name: party[name].sequence_id for name in ("Alice", "Bob")}
    await party.swipe()
    shown = {}
    for name in ("Alice", "Bob"):
        guest = await away(party, name, 1_000)
        shown[name] = [event["type"] for event in (await guest.reconnect(since[name]))["missedEvents"]]
    assert shown["Alice"].count("WORD_REVEALED") == 1
    assert "WORD_REVEALED" not in shown["Bob"]


async def test_a_former_holder_gets_no_missed_words(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    since = party.host.sequence_id
    await party.swipe()
    await party.host.say("TRANSFER_HOST", {"playerId": party["Bob"].actor_id})
    alice = await away(party, "Alice", 1_000)
    answer = await alice.reconnect(since)
    assert "HOST_CHANGED" in [event["type"] for event in answer["missedEvents"]]
    assert "WORD_REVEALED" not in [event["type"] for event in answer["missedEvents"]]
    assert "currentWord" not in answer["gameState"]


async def test_an_older_client_gets_no_events_of_newer_versions(throw: Any) -> None:
    party = await throw("Alice", "Carol")
    await party.come("Bob", version="1.0")
    await party.start_round()
    await party.swipe()
    since = party["Bob"].sequence_id
    await party.host.say("UNDO_SWIPE")
    bob = await away(party, "Bob", 1_000)
    answer = await bob.reconnect(since)
    assert "WORD_CORRECTED" not in [event["type"] for event in answer["missedEvents"]]
    assert "summary" not in answer.payload


async def test_a_half_open_socket_counts_as_away_since_the_first_missed_event(throw: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol", roundDurationSec=180)
    await party.start_round()
    last_seq_id = party["Bob"].sequence_id
    await party.swipe()
    await party.wait(6_000)
    bob = await party.back("Bob")
    answer = await bob.reconnect(last_seq_id)
    assert answer["missedEvents"] is None
    before = party["Bob"]
    assert before is bob
    await party.wait(1_000)
    again = await party.back("Bob")
    assert (await again.reconnect(party.live.room.sequence_id))["missedEvents"] == []
    assert (bob.last["code"], bob.close_code) == ("SESSION_REPLACED", 4409)


async def test_the_clients_own_disconnect_time_is_ignored(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    last_seq_id = party["Bob"].sequence_id
    bob = await away(party, "Bob", 1_000)
    assert (await bob.reconnect(last_seq_id, disconnectTimestamp=0))["missedEvents"] == []


async def test_a_session_of_another_actor_is_refused(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    mallory = await Guest(party.code, "Mallory").open()
    mallory.actor_id, mallory.session_id = party["Carol"].actor_id, party["Bob"].session_id
    await mallory.reconnect(0)
    assert (mallory.last["code"], mallory.close_code) == ("UNAUTHORIZED", 4403)


async def test_a_spectator_reconnects(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    stage = party.guest("Stage")
    await stage.connect("spectator")
    last_seq_id = stage.sequence_id
    await party.start_round()
    stage = await away(party, "Stage", 1_000)
    answer = await stage.reconnect(last_seq_id)
    assert "ROUND_STARTED" in [event["type"] for event in answer["missedEvents"]]
    assert "WORD_REVEALED" not in [event["type"] for event in answer["missedEvents"]]
    await party.swipe()
    assert stage.received("WORD_RESULT")


async def test_a_host_reconnects_by_cookie_alone(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    last_seq_id, secret = party.host.sequence_id, party.created.session_id
    await party.host.hang_up()
    alice = party.host.again()
    await alice.open(cookie=f"pf_host_{party.code}={secret}")
    answer = await alice.reconnect(last_seq_id, sessionId="")
    assert answer.type == "RECONNECTED"
