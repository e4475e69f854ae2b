"""Golden samples of the protocol 1.0: each is written byte for byte as here (docs/spec.md §2.2, §2.5, §3.2)."""

import json

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from gameplay.engine import commands
from gameplay.engine.projections import GameState
from rooms.protocol import messages
from rooms.protocol.catalogue import CLIENT, SERVER
from rooms.protocol.envelope import parse

FROM_CLIENTS = {
    "START_TEAM_SETUP": (
        """
        {"type": "START_TEAM_SETUP", "roomId": "ABC123", "actorId": "host_xyz", "timestamp": 1707695240000,
         "version": "1.0", "payload": {"numTeams": 2}}
        """,
        commands.StartTeamSetup(num_teams=2),
    ),
    "JOIN_TEAM": (
        """
        {"type": "JOIN_TEAM", "roomId": "ABC123", "actorId": "player_001", "timestamp": 1707695241000,
         "version": "1.0", "payload": {"teamId": "team_1"}}
        """,
        commands.JoinTeam(team_id="team_1"),
    ),
    "WORD_SWIPED": (
        """
        {"type": "WORD_SWIPED", "roomId": "ABC123", "actorId": "host_xyz", "timestamp": 1707695253000,
         "version": "1.0", "payload": {"wordId": "word_42", "action": "guessed", "swipeDurationMs": 2800}}
        """,
        commands.WordSwiped(word_id="word_42", action="guessed", swipe_duration_ms=2800),
    ),
    "ACK": (
        """
        {"type": "ACK", "roomId": "ABC123", "actorId": "player_001", "timestamp": 1707695250100,
         "version": "1.0", "payload": {"ackId": "ack_round_start_1", "status": "received"}}
        """,
        messages.Ack(ack_id="ack_round_start_1", status="received"),
    ),
    "RECONNECT": (
        """
        {"type": "RECONNECT", "roomId": "ABC123", "actorId": "player_001", "timestamp": 1707695255000,
         "version": "1.0",
         "payload": {"sessionId": "sess_xyz", "lastSeqId": 142, "disconnectTimestamp": 1707695250000}}
        """,
        messages.Reconnect(session_id="sess_xyz", last_seq_id=142, disconnect_timestamp=1707695250000),
    ),
    "HEARTBEAT": (
        """
        {"type": "HEARTBEAT", "roomId": "ABC123", "actorId": "player_001",
         "payload": {"stateVersion": 150, "stateChecksum": "a3f5c8d9"}}
        """,
        messages.Heartbeat(state_version=150, state_checksum="a3f5c8d9"),
    ),
}

FROM_THE_SERVER = {
    "ROOM_CREATED": """
        {"type": "ROOM_CREATED", "roomId": "ABC123", "timestamp": 1707695234000, "version": "1.0", "broadcast": "all",
         "payload": {"qrCodeUrl": "https://play.partyflow.app/ABC123", "hostId": "host_xyz", "hostName": "Alice",
                     "maxPlayers": 10}}
        """,
    "PLAYER_JOINED": """
        {"type": "PLAYER_JOINED", "roomId": "ABC123", "timestamp": 1707695235000, "version": "1.0", "broadcast": "all",
         "payload": {"playerId": "player_001", "playerName": "Bob", "playerCount": 3, "avatarColor": "#FF5733"}}
        """,
    "PLAYER_LEFT": """
        {"type": "PLAYER_LEFT", "roomId": "ABC123", "timestamp": 1707695236000, "version": "1.0", "broadcast": "all",
         "payload": {"playerId": "player_002", "playerName": "Charlie", "playerCount": 2, "reason": "disconnected"}}
        """,
    "PLAYER_LEFT, of their own will": """
        {"type": "PLAYER_LEFT", "roomId": "ABC123", "timestamp": 1707695236000, "version": "1.0", "broadcast": "all",
         "payload": {"playerId": "player_002", "playerName": "Charlie", "playerCount": 2, "reason": "voluntary"}}
        """,
    "TEAM_SETUP_STARTED": """
        {"type": "TEAM_SETUP_STARTED", "roomId": "ABC123", "timestamp": 1707695240100, "version": "1.0",
         "broadcast": "all",
         "payload": {"teams": [
             {"id": "team_1", "name": "Team Red", "color": "#FF0000", "players": []},
             {"id": "team_2", "name": "Team Blue", "color": "#0000FF", "players": []}]}}
        """,
    "PLAYER_ASSIGNED_TEAM": """
        {"type": "PLAYER_ASSIGNED_TEAM", "roomId": "ABC123", "timestamp": 1707695241100, "version": "1.0",
         "broadcast": "all",
         "payload": {"playerId": "player_001", "teamId": "team_1", "teams": [
             {"id": "team_1", "name": "Team Red", "color": "#FF0000", "players": ["player_001"]},
             {"id": "team_2", "name": "Team Blue", "color": "#0000FF", "players": []}]}}
        """,
    "ROUND_STARTED": """
        {"type": "ROUND_STARTED", "roomId": "ABC123", "timestamp": 1707695250000, "version": "1.0", "broadcast": "all",
         "requiresAck": true, "ackId": "ack_round_start_1",
         "payload": {"roundNumber": 1, "activeTeamId": "team_1", "explainerPlayerId": "player_001",
                     "roundDurationSec": 60, "wordPackId": "default_animals"}}
        """,
    "WORD_REVEALED": """
        {"type": "WORD_REVEALED", "roomId": "ABC123", "timestamp": 1707695250100, "version": "1.0", "broadcast": "host",
         "payload": {"wordId": "word_42", "wordText": "Elephant", "difficulty": "medium", "remainingInPack": 47}}
        """,
    "WORD_RESULT": """
        {"type": "WORD_RESULT", "roomId": "ABC123", "timestamp": 1707695253050, "version": "1.0", "broadcast": "all",
         "payload": {"wordId": "word_42", "action": "guessed", "teamId": "team_1", "pointsAwarded": 1, "newScore": 12}}
        """,
    "TIMER_TICK": """
        {"type": "TIMER_TICK", "roomId": "ABC123", "timestamp": 1707695254000, "version": "1.0", "broadcast": "all",
         "payload": {"remainingSeconds": 57}}
        """,
    "ROUND_ENDED": """
        {"type": "ROUND_ENDED", "roomId": "ABC123", "timestamp": 1707695310000, "version": "1.0", "broadcast": "all",
         "requiresAck": true, "ackId": "ack_round_end_1",
         "payload": {"reason": "timer_expired", "roundNumber": 1, "teamId": "team_1", "wordsGuessed": 18,
                     "wordsSkipped": 3, "pointsEarned": 18, "averageTimePerWord": 2.9}}
        """,
    "SCORE_SUMMARY": """
        {"type": "SCORE_SUMMARY", "roomId": "ABC123", "timestamp": 1707695310500, "version": "1.0", "broadcast": "all",
         "payload": {"leaderboard": [
             {"teamId": "team_1", "teamName": "Team Red", "score": 18, "rank": 1},
             {"teamId": "team_2", "teamName": "Team Blue", "score": 15, "rank": 2}], "nextRoundIn": 5}}
        """,
    "GAME_ENDED": """
        {"type": "GAME_ENDED", "roomId": "ABC123", "timestamp": 1707695800000, "version": "1.0", "broadcast": "all",
         "payload": {"winnerTeamId": "team_1",
                     "finalScores": [{"teamId": "team_1", "score": 95}, {"teamId": "team_2", "score": 87}],
                     "gameDurationMin": 22, "totalWordsPlayed": 156, "mvpPlayerId": "player_001"}}
        """,
    "GAME_PAUSED": """
        {"type": "GAME_PAUSED", "roomId": "ABC123", "timestamp": 1707695800000, "version": "1.0", "broadcast": "all",
         "payload": {"reason": "Host disconnected", "message": "Waiting for host to reconnect..."}}
        """,
    "RECONNECTED, short": """
        {"type": "RECONNECTED", "roomId": "ABC123", "timestamp": 1707695255100, "version": "1.0", "broadcast": "actor",
         "payload": {"currentState": "ROUND_ACTIVE", "stateVersion": 148,
             "gameState": {"roundNumber": 1, "activeTeamId": "team_1", "currentScore": {"team_1": 14, "team_2": 12},
                           "remainingSeconds": 52, "currentWordId": "word_45"},
             "missedEvents": [
                 {"seqId": 143, "type": "WORD_RESULT", "payload":
                    {"wordId": "word_43", "action": "guessed", "teamId": "team_1", "pointsAwarded": 1, "newScore": 13}},
                 {"seqId": 144, "type": "WORD_REVEALED", "payload":
                     {"wordId": "word_44", "wordText": "Zebra", "difficulty": "easy", "remainingInPack": 46}},
                 {"seqId": 145, "type": "WORD_RESULT", "payload":
                     {"wordId": "word_44", "action": "guessed", "teamId": "team_1", "pointsAwarded": 1, "newScore": 14}}
             ]}}
        """,
    "RECONNECTED, medium": """
        {"type": "RECONNECTED", "roomId": "ABC123", "timestamp": 1707695280100, "version": "1.0", "broadcast": "actor",
         "payload": {"currentState": "SCORE_REVIEW", "stateVersion": 182,
             "gameState": {"roundNumber": 1, "justEndedTeamId": "team_1", "currentScore": {"team_1": 22, "team_2": 12},
                           "nextRoundIn": 3},
             "missedEvents": null, "message": "You missed some action! Catching you up..."}}
        """,
    "RECONNECT_FAILED": """
        {"type": "RECONNECT_FAILED", "roomId": "ABC123", "timestamp": 1707695320100, "version": "1.0",
         "broadcast": "actor",
         "payload": {"reason": "SESSION_EXPIRED",
                     "message": "You've been disconnected too long. Rejoining as spectator.",
                     "canRejoin": true, "currentState": "ROUND_ACTIVE"}}
        """,
}


def known_to_1_0(row):
    """The payload's type as 1.0 knows it; of the game state the sample shows a part, so any part will do."""
    fields = []
    for field in msgspec.structs.fields(row.payload):
        if field.encode_name in row.added:
            continue
        type_ = partial(GameState) if field.type is GameState else field.type
        fields.append((field.encode_name, type_, *([] if field.required else [field.default])))
    return msgspec.defstruct(f"{row.payload.__name__}10", fields, forbid_unknown_fields=True, kw_only=True)


def partial(struct):
    fields = [(field.encode_name, field.type | UnsetType, UNSET) for field in msgspec.structs.fields(struct)]
    return msgspec.defstruct(f"Part{struct.__name__}", fields, forbid_unknown_fields=True)


@pytest.mark.parametrize(("sample", "payload"), FROM_CLIENTS.values(), ids=FROM_CLIENTS)
def test_a_client_s_sample_is_read(sample, payload):
    message = parse(sample)
    assert message.type == json.loads(sample)["type"]
    assert message.payload == payload
    assert message.room_id == "ABC123"


@pytest.mark.parametrize("sample", FROM_THE_SERVER.values(), ids=FROM_THE_SERVER)
def test_a_server_s_sample_has_exactly_the_fields_of_its_message(sample):
    envelope = json.loads(sample)
    row = SERVER[envelope["type"]]
    assert envelope["broadcast"] in row.audiences
    assert msgspec.json.decode(json.dumps(envelope["payload"]), type=known_to_1_0(row))
    for missed in envelope["payload"].get("missedEvents") or []:
        assert msgspec.convert(missed["payload"], SERVER[missed["type"]].payload)


@pytest.mark.parametrize("sample", FROM_THE_SERVER.values(), ids=FROM_THE_SERVER)
def test_a_server_s_sample_asks_for_an_ack_only_where_the_catalogue_does(sample):
    envelope = json.loads(sample)
    assert SERVER[envelope["type"]].needs_ack >= envelope.get("requiresAck", False)


def test_the_samples_are_of_every_message_the_source_shows():
    assert {name.split(",")[0] for name in FROM_THE_SERVER} <= set(SERVER)
    assert set(FROM_CLIENTS) <= set(CLIENT)
