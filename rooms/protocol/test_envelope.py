"""Reading what clients send, and writing what they get (docs/spec.md §2.1)."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameplay.engine import commands, events
from rooms.protocol import messages
from rooms.protocol.catalogue import CLIENT
from rooms.protocol.envelope import ClientMessage, Outgoing, parse
from rooms.protocol.errors import ErrorCode, Malformed, ProtocolError, UnknownType, UpgradeRequired
from rooms.protocol.versions import SUPPORTED, Version

V10, V11 = Version(1, 0), Version(1, 1)


def envelope(**fields):
    usual = {
        "type": "CONFIRM_START",
        "roomId": "ABC234",
        "actorId": "host_1",
        "timestamp": 1_707_695_240_000,
        "version": "1.1",
        "payload": {},
    }
    return json.dumps({name: value for name, value in {**usual, **fields}.items() if value is not ...})


def test_a_message_is_read_into_its_own_type():
    message = parse(
        envelope(
            type="WORD_SWIPED",
            requestId="r7",
            payload={"wordId": "word_42", "action": "guessed", "swipeDurationMs": 2800},
        )
    )
    assert message == ClientMessage(
        type="WORD_SWIPED",
        actor_id="host_1",
        version="1.1",
        room_id="ABC234",
        request_id="r7",
        payload=commands.WordSwiped(word_id="word_42", action="guessed", swipe_duration_ms=2800),
    )


@pytest.mark.parametrize("actor_id", [..., None, ""])
def test_a_client_that_does_not_know_its_id_yet_may_leave_it_out(actor_id):
    message = parse(envelope(type="CONNECT", actorId=actor_id, payload={"role": "player", "playerName": "Bob"}))
    assert message.actor_id == ""
    assert message.payload == messages.Connect(role="player", player_name="Bob")


def test_unknown_fields_are_ignored_in_the_envelope_and_in_the_payload():
    message = parse(envelope(type="JOIN_TEAM", colour="red", sequenceId=9, payload={"teamId": "team_1", "x": [{}]}))
    assert message.payload == commands.JoinTeam(team_id="team_1")


@pytest.mark.parametrize("type_", [type_ for type_, row in CLIENT.items() if not row.payload.__struct_fields__])
def test_a_message_without_fields_needs_no_payload(type_):
    assert parse(envelope(type=type_, payload=...)).payload == CLIENT[type_].payload()


def test_an_absent_payload_counts_as_an_empty_one():
    assert parse(envelope(type="START_TEAM_SETUP", payload=...)).payload == commands.StartTeamSetup()
    with pytest.raises(Malformed):
        parse(envelope(type="JOIN_TEAM", payload=...))


def test_settings_stay_as_they_were_sent_so_that_their_own_error_can_answer():
    sent = {"numTeams": "many", "nonsense": None}
    assert parse(envelope(type="UPDATE_SETTINGS", payload={"settings": sent})).payload.settings == sent


def test_a_client_may_leave_its_clock_out():
    assert parse(envelope(timestamp=...)).type == "CONFIRM_START"
    assert parse(envelope(timestamp=1.5)).type == "CONFIRM_START"


def test_a_heartbeat_may_leave_the_version_out():
    message = parse(envelope(type="HEARTBEAT", version=..., payload={"stateVersion": 150}))
    assert message.version == str(SUPPORTED.server)
    assert message.payload == messages.Heartbeat(state_version=150)


@pytest.mark.parametrize("type_", [type_ for type_ in CLIENT if type_ != "HEARTBEAT"])
def test_every_other_message_names_its_version(type_):
    with pytest.raises(Malformed):
        parse(envelope(type=type_, version=...))


@pytest.mark.parametrize("version", ["x", "", "1", "1.1.1", 1.1, 1, None, ["1.1"], {"major": 1}])
def test_what_is_no_version_is_malformed(version):
    with pytest.raises(Malformed):
        parse(envelope(version=version))


def test_a_version_that_is_not_spoken_asks_for_an_upgrade():
    with pytest.raises(UpgradeRequired) as refusal:
        parse(envelope(version="2.0", requestId="r1"))
    assert refusal.value.supported_versions == SUPPORTED.versions()
    assert refusal.value.request_type == "CONFIRM_START"
    assert refusal.value.request_id == "r1"


@pytest.mark.parametrize("type_", ["HELLO", "", "confirm_start", "WORD_REVEALED", "JOIN", "CONFIRM_START "])
def test_a_type_that_clients_do_not_send_is_unknown(type_):
    with pytest.raises(UnknownType) as refusal:
        parse(envelope(type=type_, requestId="r1"))
    assert refusal.value.code is ErrorCode.UNKNOWN_TYPE
    assert (refusal.value.request_type, refusal.value.request_id) == (type_, "r1")


def test_a_type_too_long_to_repeat_is_not_repeated():
    with pytest.raises(UnknownType) as refusal:
        parse(envelope(type="X" * 65))
    assert refusal.value.request_type is None


DEEP = 5_000

BROKEN = {
    "nothing": "",
    "no JSON": "hello",
    "half a message": envelope()[:-1],
    "two messages": envelope() * 2,
    "an array": "[]",
    "a number": "7",
    "null": "null",
    "a string": '"CONFIRM_START"',
    "a byte order mark": "\ufeff" + envelope(),
    "NaN as the time": envelope(timestamp=float("nan")),
    "infinity as the time": envelope(timestamp=float("inf")),
    "a number beyond floats": envelope(timestamp=...)[:-1] + ', "timestamp": 1e999}',
    "NaN in a payload": envelope(
        type="WORD_SWIPED", payload={"wordId": "w", "action": "guessed", "swipeDurationMs": float("nan")}
    ),
    "NaN in the settings": envelope(type="UPDATE_SETTINGS", payload={"settings": {"numTeams": float("nan")}}),
    "deep nesting beside the fields": envelope()[:-1] + ', "x": ' + "[" * DEEP + "]" * DEEP + "}",
    "deep nesting in the payload": envelope(payload=...)[:-1] + ', "payload": ' + "[" * DEEP + "]" * DEEP + "}",
    "deep nesting in the settings": envelope(type="UPDATE_SETTINGS", payload=...)[:-1]
    + ', "payload": {"settings": {"a":'
    + '{"a":' * DEEP
    + "1"
    + "}" * DEEP
    + "}}}",
    "half a surrogate": envelope(roomId="\ud800"),
    "half a surrogate, unescaped": '{"type": "\ud800"}',
    "no type": envelope(type=...),
    "a number as the type": envelope(type=1),
    "no room": envelope(roomId=...),
    "a number as the room": envelope(roomId=234),
    "null as the room": envelope(roomId=None),
    "a number as the actor": envelope(actorId=1),
    "a string as the time": envelope(timestamp="now"),
    "a boolean as the time": envelope(timestamp=True),
    "a number as the request": envelope(requestId=1),
    "a request id of 65 characters": envelope(requestId="r" * 65),
    "null as the payload": envelope(payload=None),
    "a list as the payload": envelope(payload=[]),
    "a string as the payload": envelope(payload="{}"),
    "a list as the settings": envelope(type="UPDATE_SETTINGS", payload={"settings": []}),
    "a string as lastSeqId": envelope(type="RECONNECT", payload={"sessionId": "s", "lastSeqId": "142"}),
    "a fraction as lastSeqId": envelope(type="RECONNECT", payload={"sessionId": "s", "lastSeqId": 142.5}),
    "a boolean as lastSeqId": envelope(type="RECONNECT", payload={"sessionId": "s", "lastSeqId": True}),
    "a lastSeqId of 5000 digits": envelope(type="RECONNECT", payload=...)[:-1]
    + ', "payload": {"sessionId": "s", "lastSeqId": '
    + "9" * 5000
    + "}}",
    "an unknown role": envelope(type="CONNECT", payload={"role": "admin"}),
    "an unknown action": envelope(type="WORD_SWIPED", payload={"wordId": "w", "action": "stolen"}),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_message_is_malformed(text):
    with pytest.raises(Malformed) as refusal:
        parse(text)
    assert refusal.value.code is ErrorCode.MALFORMED_MESSAGE
    assert len(refusal.value.message) < 300


@pytest.mark.parametrize("data", [b"", b"\x00\xff", envelope().encode()])
def test_a_binary_message_is_malformed_whatever_is_in_it(data):
    with pytest.raises(Malformed):
        parse(data)


def test_a_broken_message_is_answered_by_name_where_that_could_be_read():
    with pytest.raises(Malformed) as refusal:
        parse(envelope(type="JOIN_TEAM", requestId="r9", payload={"teamId": 1}))
    assert (refusal.value.request_type, refusal.value.request_id) == ("JOIN_TEAM", "r9")
    with pytest.raises(Malformed) as refusal:
        parse(envelope(type="JOIN_TEAM", requestId="r9", roomId=7))
    assert (refusal.value.request_type, refusal.value.request_id) == ("JOIN_TEAM", "r9")
    with pytest.raises(Malformed) as refusal:
        parse(envelope(type="JOIN_TEAM", requestId="r" * 65))
    assert (refusal.value.request_type, refusal.value.request_id) == ("JOIN_TEAM", None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(CLIENT)) | JSON},
    optional={
        "roomId": st.text(max_size=8) | JSON,
        "version": st.sampled_from(["1.0", "1.1", "0.9", "2.0", "x"]) | JSON,
        "actorId": JSON,
        "timestamp": JSON,
        "requestId": JSON,
        "payload": JSON
        | st.dictionaries(
            st.sampled_from(["role", "sessionId", "lastSeqId", "settings", "wordId", "action", "teamId", "numTeams"]),
            JSON,
        ),
    },
)


@given(
    st.text() | st.binary() | FIELDS.map(json.dumps) | FIELDS.map(lambda fields: json.dumps(fields, ensure_ascii=False))
)
def test_whatever_comes_in_is_either_typed_or_refused(data):
    try:
        message = parse(data)
    except ProtocolError:
        return
    assert type(message.payload) is CLIENT[message.type].payload


def tick():
    return Outgoing("TIMER_TICK", events.TimerTick(remaining_seconds=57), "ABC234", 1_707_695_254_000, "all")


def test_an_unlogged_message_carries_no_numbers_and_asks_for_nothing():
    assert json.loads(tick().text(V11)) == {
        "type": "TIMER_TICK",
        "roomId": "ABC234",
        "timestamp": 1_707_695_254_000,
        "version": "1.1",
        "broadcast": "all",
        "payload": {"remainingSeconds": 57},
    }


def test_a_logged_message_carries_its_numbers_and_what_to_acknowledge():
    payload = events.GameEnded(
        winner_team_id="team_1", final_scores=(), game_duration_min=22, total_words_played=156, mvp_player_id=None
    )
    sent = Outgoing("GAME_ENDED", payload, "ABC234", 1, "all", 143, 148, "ack_game_ended_143")
    message = json.loads(sent.text(V10))
    assert message["version"] == "1.0"
    assert (message["sequenceId"], message["stateVersion"]) == (143, 148)
    assert (message["requiresAck"], message["ackId"]) == (True, "ack_game_ended_143")
    assert message["payload"]["mvpPlayerId"] is None


def test_a_message_is_encoded_once_for_all_sockets_of_a_version():
    outgoing = tick()
    assert outgoing.text(V10) is outgoing.text(V10)
    assert outgoing.frame(V11) is outgoing.frame(V11)
    assert outgoing.text(V10) != outgoing.text(V11)


def test_a_version_without_the_message_gets_no_frame():
    outgoing = Outgoing(
        "PLAYER_CONNECTION", events.PlayerConnection(player_id="player_1", status="lost"), "ABC234", 1, "all", 7, 7
    )
    assert outgoing.text(V10) is None
    assert outgoing.frame(V10) is None
    assert outgoing.frame(V11)


def test_a_frame_holds_the_text():
    outgoing = tick()
    assert outgoing.frame(V11) == bytes([0x81, 126]) + struct.pack("!H", len(outgoing.text(V11))) + outgoing.text(V11)
