"""Relay: a socket at another worker than its room behaves like one at the room's worker."""

import asyncio
from typing import Any

import pytest

from rooms.access.sessions import host_cookie
from rooms.access.token_bucket import BURST, FLOOD_THRESHOLD
from rooms.conftest import MovedClock
from rooms.protocol.limits import ACK_TIMEOUT_MS, MAX_MALFORMED_IN_A_ROW
from rooms.relay.conftest import FakeLayer, Pair, RelayedGuest, until
from rooms.relay.remote_clients import CHECKPOINT_TIMEOUT_MS


def received(guest: Any, since: int = 0) -> list[tuple[str, int | None]]:
    """Types and sequence numbers of a guest's messages."""
    return [(message.type, message.envelope.get("sequenceId")) for message in guest.messages[since:]]


async def test_a_round_is_played_as_if_everybody_were_at_one_worker(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    carol = party["Carol"]
    assert pair.two.node.registry.get(party.code) is None
    assert [player.name for player in party.live.room.players] == ["Bob", "Carol"]
    start = len(party["Bob"].messages)
    since = len(carol.messages)
    await party.start_round()
    for action in ("guessed", "skipped", "guessed"):
        await party.swipe(action)
    await carol.fence()
    assert received(carol, since)[:-1] == received(party["Bob"], start)
    assert not carol.received("WORD_REVEALED")
    assert "Thing" not in "".join(str(message.envelope) for message in carol.messages)


async def test_the_word_holder_may_be_relayed(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob", wordHolder="explainer")
    await pair.relayed(party, "Carol")
    await party.host.say("START_TEAM_SETUP", {"numTeams": 2})
    await party["Carol"].say("JOIN_TEAM", {"teamId": "team_1"})
    await party["Bob"].say("JOIN_TEAM", {"teamId": "team_2"})
    await party["Carol"].fence()
    await party.host.say("CONFIRM_START")
    await party.wait(3_000)
    carol = party["Carol"]
    await until(lambda: bool(carol.received("WORD_REVEALED")))
    word = carol.received("WORD_REVEALED")[0]
    await carol.say("WORD_SWIPED", {"wordId": word["wordId"], "action": "guessed"})
    await carol.fence()
    assert carol.received("WORD_RESULT")[0]["newScore"] == 1
    assert len(carol.received("WORD_REVEALED")) == 2
    assert not party["Bob"].received("WORD_REVEALED")


async def test_an_older_client_receives_its_own_version(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob", "Dave")
    await pair.relayed(party, "Carol", version="1.0")
    await pair.relayed(party, "Erin")
    await party.start_round()
    await party.swipe()
    await party.host.say("UNDO_SWIPE")
    await asyncio.gather(party["Carol"].fence(), party["Erin"].fence())
    assert {message.envelope["version"] for message in party["Carol"].messages} == {"1.0"}
    assert party["Erin"].received("WORD_CORRECTED")
    assert not party["Carol"].received("WORD_CORRECTED")
    assert party["Carol"].received("STATE_SNAPSHOT")


async def test_the_host_may_be_relayed(throw: Any, pair: Pair) -> None:
    party = await throw()
    await party.come("Bob")
    pair.at(pair.two)
    alice = party.guests["Alice"] = RelayedGuest(party.code, "Alice")
    await alice.open(cookie=f"{host_cookie(party.code)}={party.created.session_id}")
    assert (await alice.connect("host"))["role"] == "host"
    await alice.say("LOCK_ROOM")
    await alice.fence()
    assert party.live.room.locked


async def test_another_name_can_be_sent_after_a_taken_one(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    pair.at(pair.two)
    bob = RelayedGuest(party.code, "Bob")
    assert (await bob.connect())["code"] == "NAME_TAKEN"
    assert bob.close_code is None
    bob.name = "Bobby"
    assert (await bob.connect()).type == "CONNECTED"


@pytest.mark.parametrize(
    ("payload", "code", "close"),
    [
        ({"role": "player", "sessionId": "nonsense"}, "SESSION_EXPIRED", 4401),
        ({"role": "host"}, "UNAUTHORIZED", 4403),
    ],
)
async def test_a_refusal_and_its_close_are_relayed(
    throw: Any, pair: Pair, payload: dict[str, str], code: str, close: int
) -> None:
    party = await throw("Alice")
    pair.at(pair.two)
    mallory = await RelayedGuest(party.code, "Mallory").open()
    await mallory.say("CONNECT", payload, actorId="")
    await until(lambda: mallory.close_code is not None)
    assert (mallory.last["code"], mallory.close_code) == (code, close)
    assert len(pair.two.edge) == 0
    assert len(pair.one.remote_clients) == 0


async def test_a_removed_player_receives_the_reason(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    carol = party["Carol"]
    await party.host.say("BAN_PLAYER", {"playerId": carol.actor_id})
    await until(lambda: carol.close_code is not None)
    assert (carol.last["code"], carol.close_code) == ("KICKED", 4403)
    again = carol.again()
    pair.at(pair.two)
    await again.connect(sessionId=carol.session_id)
    await until(lambda: again.close_code is not None)
    assert (again.last["code"], again.close_code) == ("KICKED", 4403)


async def test_of_two_sockets_of_a_session_the_newest_wins_at_either_worker(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    bob = party["Bob"]
    far = RelayedGuest(party.code, "Bob")
    pair.at(pair.two)
    await far.connect(sessionId=bob.session_id)
    assert (bob.last["code"], bob.close_code) == ("SESSION_REPLACED", 4409)
    pair.at(pair.one)
    near = bob.again()
    await near.connect(sessionId=bob.session_id)
    await until(lambda: far.close_code is not None)
    assert (far.last["code"], far.close_code) == ("SESSION_REPLACED", 4409)
    assert near.close_code is None


async def test_a_relayed_player_reconnects_and_receives_missed_events(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    await party.start_round()
    carol = party["Carol"]
    await carol.fence()
    last_seq_id = carol.sequence_id
    await carol.hang_up()
    await until(lambda: not party.live.room.members[carol.actor_id].connected)
    await party.swipe()
    pair.at(pair.two)
    again = party.guests["Carol"] = await carol.again().open()
    answer = await again.reconnect(last_seq_id)
    assert [event["type"] for event in answer["missedEvents"]] == ["WORD_RESULT"]


async def test_malformed_messages_are_counted_at_the_owner(throw: Any, pair: Pair) -> None:
    party = await throw("Alice")
    await pair.relayed(party, "Carol")
    carol = party["Carol"]
    for number in range(MAX_MALFORMED_IN_A_ROW):
        assert carol.close_code is None
        [error] = (await carol.say_raw(b"\x00\x01" if number % 2 else "nonsense"))[:1]
        assert error["code"] == "MALFORMED_MESSAGE"
    await until(lambda: carol.close_code is not None)
    assert carol.close_code == 4400


async def test_a_flood_stops_at_the_edge(throw: Any, pair: Pair, layer: FakeLayer) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    carol = party["Carol"]
    sent = len(layer.sent)
    for _ in range(BURST + FLOOD_THRESHOLD):
        await carol.say_only("HEARTBEAT")
    assert carol.close_code == 4429
    assert carol.last["code"] == "RATE_LIMITED"
    await carol.hang_up()
    await until(lambda: not party.live.room.members[carol.actor_id].connected)
    batches = [message for message in layer.sent[sent:] if message["type"] == "relay.up"]
    assert sum(len(message["parcel"]) for message in batches) < BURST * 200


async def test_a_broadcast_goes_to_an_edge_once(throw: Any, pair: Pair, layer: FakeLayer) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol", "Dave", "Erin")
    await party["Erin"].fence()
    sent = len(layer.sent)
    await party.host.say("LOCK_ROOM")
    await until(lambda: all(party[name].last.type == "ROOM_LOCKED" for name in ("Carol", "Dave", "Erin")))
    [batch] = [message for message in layer.sent[sent:] if message["type"] == "relay.down"]
    assert batch["parcel"].count(b"ROOM_LOCKED") == 1


async def test_a_message_is_resent_until_it_is_acknowledged(throw: Any, pair: Pair, time: MovedClock) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    await party.start_round()
    carol = party["Carol"]
    await carol.fence()
    for guest in (party.host, party["Bob"]):
        await guest.say("ACK", {"ackId": guest.received("ROUND_STARTED")[0].envelope["ackId"]})
    await party.wait(ACK_TIMEOUT_MS)
    await carol.fence()
    assert len(carol.received("ROUND_STARTED")) == 2
    await carol.say_only("ACK", {"ackId": carol.received("ROUND_STARTED")[0].envelope["ackId"]})
    await carol.fence()
    await party.wait(2 * ACK_TIMEOUT_MS)
    await carol.fence()
    assert len(carol.received("ROUND_STARTED")) == 2


class TestLoss:
    """After any loss the client is closed with 1012 and reconnects."""

    async def test_of_a_message_to_the_client(self, throw: Any, pair: Pair, layer: FakeLayer) -> None:
        party = await throw("Alice", "Bob")
        await pair.relayed(party, "Carol")
        carol = party["Carol"]
        await carol.fence()
        last_seq_id = carol.sequence_id
        layer.lose["relay.down"] = 1
        await party.host.say("LOCK_ROOM")
        await asyncio.sleep(0.01)
        await party.host.say("UNLOCK_ROOM")
        await until(lambda: carol.close_code is not None)
        assert carol.close_code == 1012
        await until(lambda: len(pair.one.remote_clients) == 0)
        pair.at(pair.two)
        again = await carol.again().open()
        answer = await again.reconnect(last_seq_id)
        assert [event["type"] for event in answer["missedEvents"]] == ["ROOM_LOCKED", "ROOM_UNLOCKED"]

    async def test_of_a_message_to_the_room(self, throw: Any, pair: Pair, layer: FakeLayer) -> None:
        party = await throw("Alice", "Bob")
        await pair.relayed(party, "Carol")
        carol = party["Carol"]
        await carol.fence()
        layer.lose["relay.up"] = 1
        await carol.say_only("HEARTBEAT")
        await asyncio.sleep(0.01)
        await carol.say_only("LEAVE_ROOM")
        await until(lambda: carol.close_code is not None)
        assert carol.close_code == 1012
        assert carol.actor_id in party.live.room.members, "a message after a gap is not handled"

    async def test_of_the_last_message_to_the_client(
        self, throw: Any, pair: Pair, layer: FakeLayer, time: MovedClock
    ) -> None:
        party = await throw("Alice", "Bob")
        await pair.relayed(party, "Carol", "Dave")
        await party["Dave"].fence()
        layer.lose["relay.down"] = 1
        await party.host.say("LOCK_ROOM")
        await asyncio.sleep(0.01)
        await pair.two.edge.check()
        await until(lambda: party["Carol"].close_code == 1012 and party["Dave"].close_code == 1012)

    async def test_of_the_last_message_to_the_room(self, throw: Any, pair: Pair, layer: FakeLayer) -> None:
        party = await throw("Alice", "Bob")
        await pair.relayed(party, "Carol")
        await party["Carol"].fence()
        layer.lose["relay.up"] = 1
        await party["Carol"].say_only("LEAVE_ROOM")
        await asyncio.sleep(0.01)
        await pair.two.edge.check()
        await until(lambda: party["Carol"].close_code == 1012)

    async def test_of_a_close(self, throw: Any, pair: Pair, layer: FakeLayer, time: MovedClock) -> None:
        party = await throw("Alice", "Bob")
        await pair.relayed(party, "Carol", "Dave")
        await party["Dave"].fence()
        layer.lose["relay.up"] = 1
        await party["Carol"].hang_up()
        await asyncio.sleep(0.01)
        await pair.two.edge.check()
        await until(lambda: not party.live.room.members[party["Carol"].actor_id].connected)
        await party["Dave"].fence()
        assert party["Dave"].close_code is None

    async def test_of_the_first_message(self, throw: Any, pair: Pair, layer: FakeLayer, time: MovedClock) -> None:
        party = await throw("Alice", "Bob")
        pair.at(pair.two)
        layer.lose["relay.up"] = 1
        carol = await RelayedGuest(party.code, "Carol").open()
        await carol.say_only("CONNECT", {"role": "player", "playerName": "Carol"}, actorId="")
        await asyncio.sleep(0.01)
        await pair.two.edge.check()
        await until(lambda: carol.close_code == 1012)

    async def test_a_duplicate_is_ignored(self, throw: Any, pair: Pair, layer: FakeLayer) -> None:
        party = await throw("Alice", "Bob", wordHolder="explainer")
        await pair.relayed(party, "Carol")
        carol = party["Carol"]
        await carol.fence()
        before = len(carol.messages)
        layer.repeat["relay.up"] = layer.repeat["relay.down"] = 1
        await carol.say_only("JOIN_TEAM", {"teamId": "team_9"})
        await until(lambda: len(carol.messages) > before)
        await carol.fence()
        assert [message.type for message in carol.messages[before:]] == ["ERROR", "HEARTBEAT_ACK"]

    async def test_of_the_layer(self, throw: Any, pair: Pair, layer: FakeLayer) -> None:
        party = await throw("Alice", "Bob")
        await pair.relayed(party, "Carol")
        layer.is_cut = True
        await party.host.say("LOCK_ROOM")
        await until(lambda: not party.live.room.members[party["Carol"].actor_id].connected)
        assert party["Bob"].last.type == "ROOM_LOCKED"
        await pair.two.edge.check()
        await until(lambda: party["Carol"].close_code == 1012)
        assert party["Bob"].close_code is None

    async def test_of_the_inbox(self, throw: Any, pair: Pair) -> None:
        party = await throw("Alice", "Bob")
        await pair.relayed(party, "Carol")
        pair.two.inbox._on_delivery_error()
        assert party["Carol"].close_code == 1012
        pair.one.inbox._on_delivery_error()
        assert len(pair.one.remote_clients) == 0
        assert party["Bob"].close_code is None

    async def test_of_a_link_with_too_many_unsent_bytes(
        self, throw: Any, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        party = await throw("Alice", "Bob")
        await pair.relayed(party, "Carol")
        monkeypatch.setattr("rooms.relay.link.MAX_UNSENT_BYTES", 50)
        await party.host.say("LOCK_ROOM")
        await until(lambda: not party.live.room.members[party["Carol"].actor_id].connected)
        assert party["Bob"].last.type == "ROOM_LOCKED"


async def test_sockets_of_a_dead_owner_are_closed(throw: Any, pair: Pair, time: MovedClock) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    await pair.one.node.membership.deregister()
    time.now_ms += 200
    await pair.two.edge.check()
    assert party["Carol"].close_code == 1012
    assert len(pair.two.edge) == 0


async def test_sockets_of_a_silent_owner_are_closed_in_spite_of_its_heartbeats(
    throw: Any, pair: Pair, layer: FakeLayer, time: MovedClock
) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    layer.lose["relay.up"] = 100
    for _ in range(20):
        time.now_ms += 500
        await pair.two.edge.check()
    assert party["Carol"].close_code == 1012


async def test_clients_of_a_dead_edge_leave_their_rooms(throw: Any, pair: Pair, time: MovedClock) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    time.now_ms += CHECKPOINT_TIMEOUT_MS
    pair.one.remote_clients.check()
    assert party.live.room.members[party["Carol"].actor_id].connected
    time.now_ms += 1
    pair.one.remote_clients.check()
    await until(lambda: not party.live.room.members[party["Carol"].actor_id].connected)
    assert party.live.room.members[party["Bob"].actor_id].connected


async def test_a_socket_unknown_to_the_owner_is_closed(throw: Any, pair: Pair, layer: FakeLayer) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    pair.one.remote_clients._by_edge.clear()
    await party["Carol"].say_only("HEARTBEAT")
    await until(lambda: party["Carol"].close_code == 1012)


async def test_a_lost_room_closes_relayed_and_local_sockets(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    pair.one.node.registry.lose(party.live)
    await until(lambda: party["Carol"].close_code == 1012)
    assert party["Bob"].close_code == 1012
