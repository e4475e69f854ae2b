"""What the protocol's description says of its messages, as far as the tests need to know."""

import zlib
from collections.abc import Iterable
from typing import Any

LATEST = "1.2"

ADDED_TYPES = {
    "1.1": frozenset({"PLAYER_CONNECTION", "WORD_CORRECTED"}),
    "1.2": frozenset({"PLAYER_RENAMED", "CLAIM_PENDING", "SEAT_CLAIMED", "CLAIM_CLOSED"}),
}
ADDED_FIELDS: dict[str, dict[str, set[str]]] = {
    "1.1": {
        "ROUND_ENDED": {"words"},
        "SCORE_SUMMARY": {"rounds", "teamId", "explainerPlayerId"},
        "COUNTDOWN_TICK": {"teamId", "explainerPlayerId"},
        "RECONNECTED": {"summary"},
        "ERROR": {"requestId"},
        "gameState.final": {"resultId"},
    },
    "1.2": {"gameState": {"away"}, "ERROR": {"claimable"}},
}
ADDED_REASONS = {"1.2": frozenset({"reclaimed", "explainer_left"})}
UNNUMBERED = frozenset(
    {
        "TIMER_TICK", "COUNTDOWN_TICK", "HEARTBEAT_ACK", "ERROR", "CONNECTED", "RECONNECTED", "RECONNECT_FAILED",
        "STATE_SNAPSHOT", "CLAIM_PENDING", "SEAT_CLAIMED", "CLAIM_CLOSED",
    }
)  # fmt: skip
NEEDS_ACK = frozenset({"ROUND_STARTED", "ROUND_ENDED", "GAME_ENDED"})
NUMBERED = NEEDS_ACK | {
    "ROOM_CREATED", "PLAYER_JOINED", "PLAYER_LEFT", "TEAM_SETUP_STARTED", "PLAYER_ASSIGNED_TEAM", "WORD_REVEALED",
    "WORD_RESULT", "SCORE_SUMMARY", "GAME_PAUSED", "GAME_RESUMED", "STATE_CHANGED", "HOST_CHANGED", "SETTINGS_UPDATED",
    "TEAM_SETUP_CANCELLED", "GAME_RESTARTED", "ROOM_LOCKED", "ROOM_UNLOCKED", "WORD_CORRECTED", "PLAYER_RENAMED",
}  # fmt: skip
TO_EVERYBODY = (NUMBERED - {"WORD_REVEALED"}) | {"TIMER_TICK", "COUNTDOWN_TICK"}

# Every message that a client may send, with a payload that is well formed. Nothing here names anything that exists.
CLIENT_MESSAGES: dict[str, dict[str, Any]] = {
    "CONNECT": {"role": "player", "playerName": "Mallory"},
    "RECONNECT": {"sessionId": "x" * 32, "lastSeqId": 0, "disconnectTimestamp": 0},
    "START_TEAM_SETUP": {"numTeams": 2},
    "JOIN_TEAM": {"teamId": "team_1"},
    "ASSIGN_PLAYER": {"playerId": "player_0", "teamId": "team_1"},
    "SHUFFLE_TEAMS": {},
    "CANCEL_TEAM_SETUP": {},
    "CONFIRM_START": {},
    "WORD_SWIPED": {"wordId": "word_0", "action": "guessed", "swipeDurationMs": 900},
    "UNDO_SWIPE": {},
    "CORRECT_WORD": {"wordId": "word_0", "action": "skipped"},
    "PAUSE_GAME": {},
    "RESUME_GAME": {},
    "NEXT_ROUND": {},
    "END_GAME": {},
    "RESTART_GAME": {},
    "CLOSE_ROOM": {},
    "LOCK_ROOM": {},
    "UNLOCK_ROOM": {},
    "BAN_PLAYER": {"playerId": "player_0"},
    "REPORT_WORD": {"wordId": "word_0", "reason": "rude"},
    "CREATE_SEAT_LINK": {},
    "UPDATE_SETTINGS": {"settings": {"roundDurationSec": 30}},
    "KICK_PLAYER": {"playerId": "player_0"},
    "TRANSFER_HOST": {"playerId": "player_0"},
    "RECLAIM_HOST": {},
    "RENAME_PLAYER": {"playerId": "player_0", "playerName": "Mallory"},
    "CLAIM_SEAT": {"playerName": "Mallory"},
    "ANSWER_CLAIM": {"claimId": "claim_0", "accept": True},
    "LEAVE_ROOM": {},
    "ACK": {"ackId": "ack_0", "status": "received"},
    "HEARTBEAT": {"stateVersion": 1},
}
HOST_ONLY = frozenset(
    {
        "START_TEAM_SETUP", "ASSIGN_PLAYER", "SHUFFLE_TEAMS", "CANCEL_TEAM_SETUP", "CONFIRM_START", "CORRECT_WORD",
        "PAUSE_GAME", "RESUME_GAME", "NEXT_ROUND", "END_GAME", "RESTART_GAME", "CLOSE_ROOM", "LOCK_ROOM", "UNLOCK_ROOM",
        "BAN_PLAYER", "UPDATE_SETTINGS", "KICK_PLAYER", "TRANSFER_HOST",
    }
)  # fmt: skip


def checksum(
    state: str,
    state_version: int,
    round_number: int | None,
    active_team_id: str | None,
    scores: Iterable[tuple[str, int]],
) -> str:
    """``stateChecksum`` of a heartbeat, from what the client believes; ``scores`` in the order of the teams."""
    fields = (
        state,
        str(state_version),
        "" if round_number is None else str(round_number),
        active_team_id or "",
        ",".join(f"{team_id}:{score}" for team_id, score in scores),
    )
    return f"{zlib.crc32('|'.join(fields).encode()):08x}"
