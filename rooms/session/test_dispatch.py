"""Messages in a room: commands, replies and broadcasts, heartbeats, ACKs, leaving, seat links."""

import json
from typing import Any

import pytest

from rooms.access.token_bucket import BURST, FLOOD_THRESHOLD
from rooms.cluster.node import Node
from rooms.conftest import Guest, MovedClock, Party
from rooms.live.transport import PreparedMessage
from rooms.protocol.limits import MAX_MALFORMED_IN_A_ROW
from rooms.protocol.versions import Version
from rooms.session.seat_links import redeem_seat


def codes(answers: list[Any]) -> list[str]:
    return [answer["code"] for answer in answers if answer.type == "ERROR"]


async def test_a_command_is_answered_by_its_events(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.host.say("START_TEAM_SETUP", {"numTeams": 2})
    for name in ("Alice", "Bob", "Carol"):
        assert "TEAM_SETUP_STARTED" in party[name].types()


async def test_the_envelope_has_sequence_id_and_state_version(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    for guest in party.guests.values():
        numbered = [message.envelope for message in guest.messages if "sequenceId" in message.envelope]
        numbers = [envelope["sequenceId"] for envelope in numbered]
        assert numbers == sorted(set(numbers))
        assert numbered[-1]["stateVersion"] == party.live.room.state_version
        unnumbered = {message.type for message in guest.messages if "sequenceId" not in message.envelope}
        assert unnumbered <= {"CONNECTED", "COUNTDOWN_TICK", "TIMER_TICK"}


async def test_an_error_names_the_request(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    [error] = await party["Bob"].say("CONFIRM_START", requestId="b-7")
    assert error.payload.keys() == {"code", "message", "requestType", "requestId"}
    assert (error["code"], error["requestType"], error["requestId"]) == ("UNAUTHORIZED", "CONFIRM_START", "b-7")
    assert error.envelope["broadcast"] == "actor"


async def test_an_older_client_gets_no_request_id(throw: Any) -> None:
    party = await throw("Alice")
    await party.come("Bob", version="1.0")
    [error] = await party["Bob"].say("CONFIRM_START", requestId="b-7")
    assert error.payload.keys() == {"code", "message", "requestType"}


async def test_only_the_holder_receives_the_word(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.guest("Stage").connect("spectator")
    await party.start_round()
    word = party.live.room.round.word.text
    assert [shown["wordText"] for shown in party.host.received("WORD_REVEALED")] == [word]
    for name in ("Bob", "Carol", "Stage"):
        assert word not in json.dumps([message.envelope for message in party[name].messages])


async def test_each_member_sees_their_own_state(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    word = party.live.room.round.word.text
    await party.host.hang_up()
    alice = party.host.again()
    party.guests["Alice"] = alice
    assert (await alice.connect("host", sessionId=alice.session_id))["gameState"]["currentWord"]["wordText"] == word
    stage = party.guest("Stage")
    assert "currentWord" not in (await stage.connect("spectator"))["gameState"]


async def test_a_forged_actor_is_refused_and_changes_nothing(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    before = party.live.room.state_version
    for forged in (party.host.actor_id, "nobody", "", None):
        assert codes(await party["Bob"].say("LOCK_ROOM", actorId=forged)) == ["UNAUTHORIZED"]
        assert codes(await party["Bob"].say("HEARTBEAT", actorId=forged)) == ["UNAUTHORIZED"]
    assert party.live.room.state_version == before


async def test_a_message_for_another_room_is_refused(throw: Any) -> None:
    party, other = await throw("Alice"), await throw("Alice")
    assert codes(await party.host.say("LOCK_ROOM", roomId=other.code)) == ["UNAUTHORIZED"]
    assert not party.live.room.locked
    assert not other.live.room.locked


async def test_an_unknown_type_is_answered_with_an_error(throw: Any) -> None:
    party = await throw("Alice")
    assert codes(await party.host.say("DANCE")) == ["UNKNOWN_TYPE"]
    assert party.host.close_code is None


@pytest.mark.parametrize("junk", ["", "[]", "nonsense", '{"type":5}', b"\x00", "[" * 10_000, '{"a":NaN}'])
async def test_the_tenth_malformed_message_in_a_row_closes_the_socket(throw: Any, junk: Any) -> None:
    party = await throw("Alice")
    for _ in range(MAX_MALFORMED_IN_A_ROW - 1):
        assert codes(await party.host.say_raw(junk)) == ["MALFORMED_MESSAGE"]
    assert party.host.close_code is None
    assert codes(await party.host.say_raw(junk)) == ["MALFORMED_MESSAGE"]
    assert party.host.close_code == 4400


async def test_a_valid_message_resets_the_count_of_malformed_ones(throw: Any) -> None:
    party = await throw("Alice")
    for _ in range(2):
        for _ in range(MAX_MALFORMED_IN_A_ROW - 1):
            await party.host.say_raw("nonsense")
        await party.host.say("HEARTBEAT")
    assert party.host.close_code is None


async def test_excess_messages_are_refused_once_a_second_and_a_flood_closes_the_socket(
    throw: Any, time: MovedClock
) -> None:
    party = await throw("Alice", "Bob")
    bob = party["Bob"]
    for _ in range(BURST - 1):  # and the CONNECT
        await bob.say("HEARTBEAT")
    assert codes(bob.messages) == []
    for _ in range(FLOOD_THRESHOLD - 1):
        await bob.say("HEARTBEAT")
    assert len(bob.received("HEARTBEAT_ACK")) == BURST - 1
    assert codes(bob.messages) == ["RATE_LIMITED"]
    assert bob.close_code is None
    await bob.say("HEARTBEAT")
    assert (bob.last["code"], bob.close_code) == ("RATE_LIMITED", 4429)
    assert [answer.type for answer in await party.host.say("HEARTBEAT")] == ["HEARTBEAT_ACK"]


async def test_an_unexpected_error_is_answered_and_the_socket_stays_open(
    throw: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw("Alice", "Bob")
    with monkeypatch.context() as patched:
        patched.setattr("rooms.live.room.game.apply", lambda *_: 1 / 0)
        assert codes(await party.host.say("LOCK_ROOM")) == ["SERVER_BUSY"]
    assert "ZeroDivisionError" in caplog.text
    assert "ROOM_LOCKED" in [answer.type for answer in await party.host.say("LOCK_ROOM")]


async def test_a_timer_that_failed_is_tried_again(
    throw: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    with monkeypatch.context() as patched:
        patched.setattr("rooms.live.room.game.advance", lambda *_: 1 / 0)
        party.live.wake()
    assert "ZeroDivisionError" in caplog.text
    assert party.live._timer is not None
    party.live._cancel_timer()
    await party.wait(1_000)
    assert party["Bob"].received("TIMER_TICK")


class TestHeartbeat:
    async def test_it_is_answered_with_the_version(self, throw: Any) -> None:
        party = await throw("Alice")
        [answer] = await party.host.say("HEARTBEAT", {"stateVersion": party.live.room.state_version})
        assert (answer.type, answer["stateVersion"]) == ("HEARTBEAT_ACK", party.live.room.state_version)

    @pytest.mark.parametrize(
        ("ahead", "checksum", "is_resynced"),
        [(0, None, False), (0, "00000000", True), (1, None, True), (1, "00000000", True), (-1, None, True)],
    )
    async def test_a_client_out_of_sync_gets_a_snapshot(
        self, throw: Any, time: MovedClock, ahead: int, checksum: str | None, is_resynced: bool
    ) -> None:
        party = await throw("Alice", "Bob")
        time.now_ms += 5_000
        beat = {"stateVersion": party.live.room.state_version + ahead, "stateChecksum": checksum}
        answers = await party["Bob"].say("HEARTBEAT", beat)
        assert [answer.type for answer in answers] == ["HEARTBEAT_ACK"] + ["STATE_SNAPSHOT"] * is_resynced

    async def test_a_change_of_the_last_2_s_is_no_desync(self, throw: Any, time: MovedClock) -> None:
        party = await throw("Alice", "Bob")
        time.now_ms += 10_000
        beat = {"stateVersion": party.live.room.state_version}
        await party.host.say("LOCK_ROOM")
        for waited_ms, is_resynced in ((0, False), (2_000, False), (1, True)):
            time.now_ms += waited_ms
            answers = await party["Bob"].say("HEARTBEAT", beat)
            assert [answer.type for answer in answers] == ["HEARTBEAT_ACK"] + ["STATE_SNAPSHOT"] * is_resynced

    async def test_snapshots_are_sent_once_a_second_at_most(self, throw: Any, time: MovedClock) -> None:
        party = await throw("Alice", "Bob")
        for waited_ms in (0, 500, 499, 1):
            time.now_ms += waited_ms
            await party["Bob"].say("HEARTBEAT", {"stateVersion": 10_000})
        assert len(party["Bob"].received("STATE_SNAPSHOT")) == 2


class TestAcknowledgement:
    async def test_an_unacknowledged_round_is_sent_three_times(self, throw: Any) -> None:
        party = await throw("Alice", "Bob", "Carol")
        await party.start_round()
        for name in ("Alice", "Bob"):
            started = party[name].received("ROUND_STARTED")[-1]
            await party[name].say("ACK", {"ackId": started.envelope["ackId"], "status": "received"})
        await party.wait(8_000)
        sent = party["Carol"].received("ROUND_STARTED")
        assert len(sent) == 3
        assert len({json.dumps(message.envelope) for message in sent}) == 1
        assert len(party["Bob"].received("ROUND_STARTED")) == 1
        told = {
            name: [change.payload for change in guest.received("PLAYER_CONNECTION")]
            for name, guest in party.guests.items()
        }
        degraded = {"playerId": party["Carol"].actor_id, "status": "degraded"}
        assert told == {"Alice": [degraded], "Bob": [], "Carol": [degraded]}

    async def test_a_late_ack_ends_the_degraded_state(self, throw: Any) -> None:
        party = await throw("Alice", "Bob", "Carol")
        await party.start_round()
        await party.wait(8_000)
        carol = party["Carol"]
        ack = {"ackId": carol.received("ROUND_STARTED")[0].envelope["ackId"], "status": "received"}
        await carol.say("ACK", ack)
        await carol.say("ACK", ack)
        assert [change["status"] for change in carol.received("PLAYER_CONNECTION")] == ["degraded", "connected"]
        heard = party.host.received("PLAYER_CONNECTION")
        assert [change["status"] for change in heard if change["playerId"] == carol.actor_id] == [
            "degraded",
            "connected",
        ]

    async def test_an_unknown_ack_is_ignored(self, throw: Any) -> None:
        party = await throw("Alice", "Bob")
        assert await party["Bob"].say("ACK", {"ackId": "ack_game_ended_99", "status": "received"}) == []

    async def test_a_new_socket_owes_no_acks(self, throw: Any) -> None:
        party = await throw("Alice", "Bob", "Carol")
        await party.start_round()
        await party["Carol"].hang_up()
        carol = await party.back("Carol")
        await carol.connect(sessionId=carol.session_id)
        await party.wait(8_000)
        assert not carol.received("ROUND_STARTED")
        assert not carol.received("PLAYER_CONNECTION")


class TestVersions:
    async def test_an_undone_swipe_is_a_snapshot_to_an_older_client(self, throw: Any) -> None:
        party = await throw("Alice", "Bob")
        await party.come("Carol", version="1.0")
        await party.start_round()
        await party.swipe()
        await party.host.say("UNDO_SWIPE")
        assert [undone["action"] for undone in party["Bob"].received("WORD_CORRECTED")] == ["undone"]
        assert not party["Bob"].received("STATE_SNAPSHOT")
        assert not party["Carol"].received("WORD_CORRECTED")
        [snapshot] = party["Carol"].received("STATE_SNAPSHOT")
        assert "currentWord" not in snapshot["gameState"]

    async def test_a_broadcast_is_encoded_once_for_each_version(
        self, throw: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        party = await throw("Alice", "Bob", "Carol")
        await party.come("Dave", "Erin", version="1.0")
        kept: list[bytes | None] = []

        def send(outgoing: PreparedMessage, version: Version) -> bool:
            kept.append(outgoing.frame(version))
            return True

        for guest in party.guests.values():
            monkeypatch.setattr(guest.transport, "send", send)
        await party.host.say("LOCK_ROOM")
        assert len(kept) == 5
        assert len({id(frame) for frame in kept}) == 2


class TestLeaving:
    async def test_a_player_who_leaves_is_disconnected(self, throw: Any) -> None:
        party = await throw("Alice", "Bob", "Carol")
        await party["Bob"].say("LEAVE_ROOM")
        assert party["Bob"].close_code == 1000
        assert [left["reason"] for left in party.host.received("PLAYER_LEFT")] == ["voluntary"]
        assert len(party.live.hub) == 2

    async def test_a_host_in_a_team_who_leaves_an_empty_room_counts_as_disconnected(self, throw: Any) -> None:
        party = await throw("Alice", "Bob")
        await party.host.say("TRANSFER_HOST", {"playerId": party["Bob"].actor_id})
        await party.host.say("LEAVE_ROOM")
        await party["Bob"].say("LEAVE_ROOM")
        assert party["Bob"].close_code == 1000
        assert party.live.room.host.id == party["Bob"].actor_id
        assert not party.live.room.host.connected

    async def test_a_lost_connection_is_reported_until_the_seat_expires(self, throw: Any) -> None:
        party = await throw("Alice", "Bob", "Carol")
        await party["Bob"].hang_up()
        await party.wait(60_000)
        statuses = [change["status"] for change in party.host.received("PLAYER_CONNECTION")]
        assert statuses == ["warning", "lost"]
        assert [left["reason"] for left in party["Carol"].received("PLAYER_LEFT")] == ["disconnected"]

    async def test_closing_the_room_closes_all_connections(self, throw: Any, node: Node) -> None:
        party = await throw("Alice", "Bob")
        await party.guest("Stage").connect("spectator")
        await party.host.say("CLOSE_ROOM")
        for guest in party.guests.values():
            assert (guest.last.type, guest.close_code) == ("ROOM_CLOSED", 4410)
            await guest.hang_up()
        assert node.registry.get(party.code) is None
        assert await node.registry.summary(party.code) is None

    async def test_the_new_host_joins_the_hosts_group(self, throw: Any) -> None:
        party = await throw("Alice", "Bob", "Carol")
        await party.host.say("TRANSFER_HOST", {"playerId": party["Bob"].actor_id})
        roles = {connection.actor_id: connection.role for connection in party.live.hub}
        assert roles == {
            party["Bob"].actor_id: "host",
            party.host.actor_id: "player",
            party["Carol"].actor_id: "player",
        }
        groups = party.node.layer._groups  # type: ignore[attr-defined]
        assert len(groups[f"room.{party.code}.host"]) == 1
        assert len(groups[f"room.{party.code}.players"]) == 2
        assert [answer.type for answer in await party["Bob"].say("LOCK_ROOM")] == ["ROOM_LOCKED"]

    async def test_a_finished_game_is_saved(self, throw: Any) -> None:
        party = await throw("Alice", "Bob", "Carol")
        party.live.room.share_key = "k" * 22
        await party.start_round()
        await party.swipe()
        await party.host.say("END_GAME")
        (ended,) = [message for message in party["Bob"].messages if message.type == "GAME_ENDED"]
        saving = await party.node.results.find(ended["resultId"])
        assert (saving.room_code, saving.game_number) == (party.code, 1)

    async def test_a_reported_word_is_saved(self, throw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        reports: list[tuple[int, str, str]] = []

        async def report(ref: int, reason: str, code: str) -> None:
            reports.append((ref, reason, code))

        monkeypatch.setattr("rooms.live.room.report_word", report)
        party = await throw("Alice", "Bob", "Carol", roundDurationSec=10)
        await party.start_round()
        word = party.live.room.round.word
        word_id = party.live.room.round.word_id
        await party.swipe()
        await party.wait(10_000)
        await party["Bob"].say("REPORT_WORD", {"wordId": word_id, "reason": "rude"})
        await _settle(party)
        assert reports == [(word.ref, "rude", party.code)]


class TestSeatLink:
    async def test_a_link_moves_the_seat_to_another_phone(self, throw: Any, node: Node) -> None:
        party = await throw("Alice", "Bob")
        bob = party["Bob"]
        await bob.say("CREATE_SEAT_LINK")
        await _settle(party)
        link = bob.received("SEAT_LINK")[0]
        assert link["expiresIn"] == 120
        assert not party.host.received("SEAT_LINK")
        base, token = link["url"].rsplit("/", 1)
        assert base == f"http://party.example/{party.code}/seat"
        session = await redeem_seat(party.code, token)
        assert session is not None
        assert (session.actor_id, session.is_host) == (bob.actor_id, False)
        assert (bob.last["code"], bob.close_code) == ("SESSION_REPLACED", 4409)
        phone = Guest(party.code, "Bob")
        assert (await phone.connect(sessionId=session.secret))["actorId"] == bob.actor_id
        old = bob.again()
        await old.connect(sessionId=bob.session_id)
        assert (old.last["code"], old.close_code) == ("SESSION_EXPIRED", 4401)

    async def test_a_link_works_once(self, throw: Any, node: Node) -> None:
        party = await throw("Alice", "Bob")
        await party["Bob"].say("CREATE_SEAT_LINK")
        await _settle(party)
        token = party["Bob"].received("SEAT_LINK")[0]["url"].rsplit("/", 1)[1]
        assert await redeem_seat(party.code, "nonsense") is None
        assert await redeem_seat("ZZZZZZ", token) is None
        assert await redeem_seat(party.code, token) is not None
        assert await redeem_seat(party.code, token) is None

    async def test_without_redis_a_seat_link_is_refused(
        self, throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        party = await throw("Alice", "Bob")

        async def fail(*args: Any) -> None:
            raise ConnectionError("Redis is away")

        monkeypatch.setattr(node.store, "save_seat_link", fail)
        await party["Bob"].say("CREATE_SEAT_LINK", requestId="b-1")
        await _settle(party)
        assert (party["Bob"].last["code"], party["Bob"].last["requestId"]) == ("SERVER_BUSY", "b-1")


async def _settle(party: Party) -> None:
    """Wait for what is done beside the room."""
    errands = list(party.node._background)
    for errand in errands:
        await errand
