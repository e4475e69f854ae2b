"""The catalogue holds the whole protocol, and nothing that the protocol does not have."""

import json

import msgspec
import pytest

from gameplay.engine import commands, events
from gameplay.engine.errors import GameError
from rooms.protocol.catalogue import CLIENT, CLOSES, SERVER
from rooms.protocol.envelope import Outgoing, parse
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.protocol.reference import examples
from rooms.protocol.versions import SUPPORTED, Version

V10, V11, V12 = Version(1, 0), Version(1, 1), Version(1, 2)
NEWEST = str(SUPPORTED.server)


def names(text):
    return set(text.split())


FROM_CLIENTS = names(
    """
    CONNECT RECONNECT START_TEAM_SETUP JOIN_TEAM ASSIGN_PLAYER SHUFFLE_TEAMS CANCEL_TEAM_SETUP CONFIRM_START WORD_SWIPED
    UNDO_SWIPE CORRECT_WORD PAUSE_GAME RESUME_GAME NEXT_ROUND END_GAME RESTART_GAME CLOSE_ROOM LOCK_ROOM UNLOCK_ROOM
    BAN_PLAYER REPORT_WORD CREATE_SEAT_LINK UPDATE_SETTINGS KICK_PLAYER TRANSFER_HOST LEAVE_ROOM ACK HEARTBEAT
    RECLAIM_HOST RENAME_PLAYER CLAIM_SEAT ANSWER_CLAIM
    """
)
FROM_THE_SERVER = names(
    """
    ROOM_CREATED PLAYER_JOINED PLAYER_LEFT TEAM_SETUP_STARTED PLAYER_ASSIGNED_TEAM ROUND_STARTED WORD_REVEALED
    WORD_RESULT TIMER_TICK ROUND_ENDED SCORE_SUMMARY GAME_ENDED GAME_PAUSED RECONNECTED RECONNECT_FAILED ERROR CONNECTED
    STATE_CHANGED COUNTDOWN_TICK GAME_RESUMED HOST_CHANGED SETTINGS_UPDATED TEAM_SETUP_CANCELLED GAME_RESTARTED
    ROOM_CLOSED STATE_SNAPSHOT HEARTBEAT_ACK SEAT_LINK ROOM_LOCKED ROOM_UNLOCKED NOTICE PLAYER_CONNECTION WORD_CORRECTED
    PLAYER_RENAMED CLAIM_PENDING SEAT_CLAIMED CLAIM_CLOSED
    """
)
FOR_THE_HOST = names(
    """
    START_TEAM_SETUP ASSIGN_PLAYER SHUFFLE_TEAMS CANCEL_TEAM_SETUP CONFIRM_START CORRECT_WORD PAUSE_GAME RESUME_GAME
    NEXT_ROUND END_GAME RESTART_GAME CLOSE_ROOM LOCK_ROOM UNLOCK_ROOM BAN_PLAYER UPDATE_SETTINGS KICK_PLAYER
    TRANSFER_HOST
    """
)
NOT_LOGGED = names(
    "TIMER_TICK COUNTDOWN_TICK HEARTBEAT_ACK ERROR CONNECTED RECONNECTED RECONNECT_FAILED STATE_SNAPSHOT "
    "CLAIM_PENDING SEAT_CLAIMED CLAIM_CLOSED"
)


def subclasses(base):
    for child in base.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_message_of_the_contract_is_there_and_no_other():
    assert set(CLIENT) == FROM_CLIENTS
    assert set(SERVER) == FROM_THE_SERVER


def test_the_host_s_commands_are_the_host_s():
    assert {type_ for type_, row in CLIENT.items() if row.who == "host"} == FOR_THE_HOST


def test_only_connect_and_reconnect_open_a_conversation():
    assert {type_ for type_, row in CLIENT.items() if row.opens} == {"CONNECT", "RECONNECT"}


def test_three_messages_ask_to_be_acknowledged():
    assert {type_ for type_, row in SERVER.items() if row.needs_ack} == {"ROUND_STARTED", "ROUND_ENDED", "GAME_ENDED"}


def test_what_needs_an_ack_is_logged_since_the_ack_id_holds_its_number():
    assert all(row.logged for row in SERVER.values() if row.needs_ack)


def test_ticks_and_answers_are_not_logged():
    assert {type_ for type_, row in SERVER.items() if not row.logged} == NOT_LOGGED


def test_1_1_has_added_two_messages():
    assert {type_ for type_, row in SERVER.items() if row.since == V11} == {"PLAYER_CONNECTION", "WORD_CORRECTED"}
    assert all(row.since != V11 for row in CLIENT.values())


def test_1_2_has_added_messages_for_seats_and_names():
    assert {type_ for type_, row in SERVER.items() if row.since == V12} == names(
        "PLAYER_RENAMED CLAIM_PENDING SEAT_CLAIMED CLAIM_CLOSED"
    )
    assert {type_ for type_, row in CLIENT.items() if row.since == V12} == names(
        "RECLAIM_HOST RENAME_PLAYER CLAIM_SEAT ANSWER_CLAIM"
    )


def test_older_clients_get_a_snapshot_where_their_state_would_be_wrong():
    assert {type_ for type_, row in SERVER.items() if row.older_get_snapshot} == {"WORD_CORRECTED", "PLAYER_RENAMED"}


def test_1_2_has_added_reasons_to_two_messages():
    assert {type_: dict(row.added_reasons) for type_, row in SERVER.items() if row.added_reasons} == {
        "HOST_CHANGED": {"reclaimed": (V12, "transferred")},
        "ROUND_ENDED": {"explainer_left": (V12, "timer_expired")},
    }


def test_later_minors_have_added_fields_to_seven_messages():
    assert {type_: set(row.added) for type_, row in SERVER.items() if row.added} == {
        "ROUND_ENDED": {"words"},
        "SCORE_SUMMARY": {"rounds", "teamId", "explainerPlayerId"},
        "COUNTDOWN_TICK": {"teamId", "explainerPlayerId"},
        "GAME_PAUSED": {"remainingSeconds"},
        "RECONNECTED": {"summary"},
        "ERROR": {"requestId", "claimable", "looksLike"},
        "GAME_ENDED": {"resultId"},
    }


@pytest.mark.parametrize("row", SERVER.values(), ids=SERVER)
def test_a_field_that_was_added_is_a_field_of_its_message(row):
    assert set(row.added) <= set(row.payload.__struct_encode_fields__)


def test_every_event_of_the_engine_with_a_name_is_a_message():
    named = {event.TYPE for event in subclasses(events.Event) if event.TYPE}
    assert named == set(SERVER)


def test_every_command_of_the_engine_is_a_message_or_the_shell_s_own():
    own = {commands.Join, commands.Return, commands.HostArrived, commands.Connected, commands.Disconnected}
    said = {row.payload for row in CLIENT.values()}
    assert {
        command for command in subclasses(commands.Command) if command.__module__ == commands.__name__
    } - said == own


def test_the_word_goes_to_one_person():
    assert set(SERVER["WORD_REVEALED"].audiences) == {"host", "actor"}
    assert SERVER["ERROR"].audiences == ("actor",)


@pytest.mark.parametrize("error", list(subclasses(GameError)))
def test_every_refusal_of_the_engine_has_a_code_on_the_wire(error):
    assert error.code in set(ErrorCode)


def test_every_close_code_says_what_the_client_does():
    assert set(CLOSES) == set(CloseCode)
    assert [int(code) for code in sorted(CLOSES)] == [
        1009, 1012, 4400, 4401, 4403, 4404, 4408, 4409, 4410, 4426, 4429
    ]  # fmt: skip


def test_there_is_an_example_of_every_message():
    assert set(examples.CLIENT) == set(CLIENT)
    assert set(examples.SERVER) == set(SERVER)


@pytest.mark.parametrize("type_", CLIENT)
def test_the_example_of_a_client_s_message_can_be_read(type_):
    example = examples.CLIENT[type_]
    fields = {"type": type_, "roomId": examples.ROOM, "version": NEWEST, "payload": msgspec.to_builtins(example)}
    assert parse(json.dumps(fields)).payload == example


@pytest.mark.parametrize("version", [V10, V11])
@pytest.mark.parametrize("type_", SERVER)
def test_an_older_socket_gets_no_field_and_no_message_of_a_later_minor(type_, version):
    row, event = SERVER[type_], examples.SERVER[type_]
    outgoing = Outgoing(type_, event, examples.ROOM, examples.SENT_MS, row.audiences[0])
    newest = json.loads(outgoing.text(SUPPORTED.server))["payload"]
    assert set(row.added) <= set(newest)
    older = outgoing.text(version)
    if row.since > version:
        assert older is None
        return
    newer = {name for name, since in row.added.items() if since > version}
    expected = {name: value for name, value in newest.items() if name not in newer}
    if "gameState" in expected:
        expected["gameState"].pop("away")
    assert json.loads(older)["payload"] == expected
