"""One example of every message: a party of Alice, who hosts, and Bob, Carol, Dave and Erin, who play."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from gameplay.engine import commands, events
from gameplay.engine.commands import Command
from gameplay.engine.events import Event, RoundView, Standing, TeamView, WordView
from gameplay.engine.model import Settings
from gameplay.engine.projections import AwayView, CurrentRoundView, GameState, PlayerView
from gameplay.engine.states import GameEvent, RoomState
from rooms.protocol import messages
from rooms.protocol.acks import ack_id
from rooms.protocol.catalogue import ClientRow, ServerRow, Who
from rooms.protocol.envelope import Outgoing
from rooms.protocol.errors import ErrorCode
from rooms.protocol.versions import SUPPORTED

ROOM = "ABC234"
SENT_MS = 1_770_811_200_000
SESSION = "3uY7nQZb0a2XkLr9TqVw5g"
SENDERS: Mapping[Who, str] = {
    "anyone": "player_001",
    "host": "host_1",
    "player": "player_001",
    "player or host": "player_001",
    "anyone seated": "player_001",
    "word holder": "host_1",
}

CLIENT: Mapping[str, Command] = {
    "CONNECT": messages.Connect(role="player", player_name="Bob"),
    "RECONNECT": messages.Reconnect(session_id=SESSION, last_seq_id=42, disconnect_timestamp=SENT_MS - 3_000),
    "START_TEAM_SETUP": commands.StartTeamSetup(num_teams=2),
    "JOIN_TEAM": commands.JoinTeam(team_id="team_1"),
    "ASSIGN_PLAYER": commands.AssignPlayer(player_id="player_004", team_id="team_2"),
    "SHUFFLE_TEAMS": commands.ShuffleTeams(),
    "CANCEL_TEAM_SETUP": commands.CancelTeamSetup(),
    "CONFIRM_START": commands.ConfirmStart(),
    "WORD_SWIPED": commands.WordSwiped(word_id="word_7", action="guessed", swipe_duration_ms=2_800),
    "UNDO_SWIPE": commands.UndoSwipe(),
    "CORRECT_WORD": commands.CorrectWord(word_id="word_6", action="guessed"),
    "REPORT_WORD": commands.ReportWord(word_id="word_6", reason="Nobody knows this word."),
    "PAUSE_GAME": commands.PauseGame(),
    "RESUME_GAME": commands.ResumeGame(),
    "NEXT_ROUND": commands.NextRound(),
    "END_GAME": commands.EndGame(),
    "RESTART_GAME": commands.RestartGame(),
    "CLOSE_ROOM": commands.CloseRoom(),
    "LOCK_ROOM": commands.LockRoom(),
    "UNLOCK_ROOM": commands.UnlockRoom(),
    "UPDATE_SETTINGS": commands.UpdateSettings(settings={"roundDurationSec": 90, "wordHolder": "explainer"}),
    "KICK_PLAYER": commands.KickPlayer(player_id="player_004"),
    "BAN_PLAYER": commands.BanPlayer(player_id="player_004"),
    "TRANSFER_HOST": commands.TransferHost(player_id="player_002"),
    "RECLAIM_HOST": commands.ReclaimHost(),
    "RENAME_PLAYER": commands.RenamePlayer(player_id="player_001", player_name="Robert"),
    "LEAVE_ROOM": commands.LeaveRoom(),
    "CREATE_SEAT_LINK": messages.CreateSeatLink(),
    "CLAIM_SEAT": messages.ClaimSeat(player_name="Erin"),
    "ANSWER_CLAIM": messages.AnswerClaim(claim_id="claim_1", accept=True),
    "ACK": messages.Ack(ack_id="ack_round_started_40"),
    "HEARTBEAT": messages.Heartbeat(state_version=31, state_checksum="a3f5c8d9"),
}

TEAMS = (
    TeamView(id="team_1", name="Team Red", color="#E5383B", players=("player_001", "player_003"), score=5),
    TeamView(id="team_2", name="Team Blue", color="#2F6FED", players=("player_002", "player_004"), score=4),
)
WORDS = (
    WordView(word_id="word_5", word_text="Elephant", action="guessed"),
    WordView(word_id="word_6", word_text="Weasel", action="skipped"),
)
ROUNDS = (
    RoundView(
        round_number=1,
        team_id="team_1",
        explainer_player_id="player_001",
        points=5,
        words_guessed=5,
        words_skipped=1,
    ),
)
LEADERBOARD = (
    Standing(team_id="team_1", team_name="Team Red", score=5, rank=1),
    Standing(team_id="team_2", team_name="Team Blue", score=4, rank=2),
)


def _player(number: int, name: str, color: str, team_id: str) -> PlayerView:
    return PlayerView(
        player_id=f"player_{number:03d}",
        player_name=name,
        avatar_color=color,
        team_id=team_id,
        connected=True,
        sitting_out=False,
    )


GAME_STATE = GameState(
    state=RoomState.ROUND_ACTIVE,
    state_version=31,
    sequence_id=45,
    settings=Settings(),
    host_id="host_1",
    host_name="Alice",
    host_connected=True,
    max_players=10,
    locked=False,
    players=(
        _player(1, "Bob", "#FF5733", "team_1"),
        _player(2, "Carol", "#33A1FF", "team_2"),
        _player(3, "Dave", "#2EB872", "team_1"),
        _player(4, "Erin", "#B05CFF", "team_2"),
    ),
    teams=TEAMS,
    current_score={"team_1": 5, "team_2": 4},
    rounds=ROUNDS,
    leaderboard=LEADERBOARD,
    round_number=2,
    active_team_id="team_2",
    explainer_player_id="player_002",
    word_holder_id="host_1",
    remaining_seconds=52,
    round=CurrentRoundView(
        round_number=2,
        team_id="team_2",
        explainer_player_id="player_002",
        round_duration_sec=60,
        word_pack_id="default_animals",
        points=1,
        words=WORDS,
    ),
    current_word_id="word_7",
    away=(AwayView(player_id="player_005", player_name="Frank", avatar_color="#8E44AD", team_id="team_1"),),
)

_WORD_RESULT = events.WordResult(word_id="word_5", action="guessed", team_id="team_2", points_awarded=1, new_score=4)

SERVER: Mapping[str, Event] = {
    event.TYPE: event
    for event in (
        messages.Connected(
            server_version=str(SUPPORTED.server),
            session_id=SESSION,
            actor_id="player_001",
            role="player",
            state_version=31,
            state_checksum="a3f5c8d9",
            heartbeat_interval_ms=10_000,
            game_state=GAME_STATE,
        ),
        messages.Reconnected(
            current_state=RoomState.ROUND_ACTIVE,
            state_version=31,
            game_state=GAME_STATE,
            missed_events=(messages.MissedEvent(43, "WORD_RESULT", Raw(msgspec.json.encode(_WORD_RESULT))),),
            summary=messages.MissedWords(words_guessed=1, words_skipped=0),
        ),
        messages.ReconnectFailed(
            reason="SESSION_EXPIRED",
            message="You've been disconnected too long. Rejoining as spectator.",
            can_rejoin=True,
            current_state=RoomState.ROUND_ACTIVE,
        ),
        messages.StateSnapshot(game_state=GAME_STATE),
        messages.HeartbeatAck(state_version=31),
        messages.ErrorPayload(
            code=ErrorCode.INVALID_TRANSITION,
            message="Not possible in SCORE_REVIEW.",
            request_type="PAUSE_GAME",
            request_id="r17",
            claimable=False,
            looks_like="Mam",
        ),
        messages.SeatLink(url="https://party.example/ABC234/seat/pV3kX0s8wJq1", expires_in=120),
        messages.ClaimPending(claim_id="claim_1", expires_in=30),
        messages.SeatClaimed(claim_id="claim_1", player_name="Erin", away_sec=95),
        messages.ClaimClosed(claim_id="claim_1", accepted=True),
        messages.Notice(message="The server restarts in five minutes; your game goes on."),
        events.RoomCreated(
            qr_code_url="https://party.example/ABC234", host_id="host_1", host_name="Alice", max_players=10
        ),
        events.PlayerJoined(player_id="player_001", player_name="Bob", player_count=1, avatar_color="#FF5733"),
        events.PlayerLeft(player_id="player_004", player_name="Erin", player_count=3, reason="voluntary"),
        events.PlayerRenamed(player_id="player_001", player_name="Robert"),
        events.PlayerConnection(player_id="player_004", status="warning"),
        events.HostChanged(host_id="player_001", host_name="Bob", reason="disconnected"),
        events.RoomLocked(),
        events.RoomUnlocked(),
        events.SettingsUpdated(settings=Settings(round_duration_sec=90)),
        events.StateChanged(state=RoomState.TEAM_SETUP, state_version=6, event=GameEvent.HOST_START_SETUP),
        events.TeamSetupStarted(teams=TEAMS),
        events.TeamSetupCancelled(),
        events.PlayerAssignedTeam(player_id="player_001", team_id="team_1", teams=TEAMS),
        events.CountdownTick(remaining_seconds=3, team_id="team_2", explainer_player_id="player_002"),
        events.RoundStarted(
            round_number=2,
            active_team_id="team_2",
            explainer_player_id="player_002",
            round_duration_sec=60,
            word_pack_id="default_animals",
        ),
        events.WordRevealed(word_id="word_7", word_text="Otter", difficulty="medium", remaining_in_pack=47),
        _WORD_RESULT,
        events.WordCorrected(word_id="word_6", action="guessed", team_id="team_2", points_awarded=1, new_score=5),
        events.TimerTick(remaining_seconds=52),
        events.GamePaused(reason="Host disconnected", message="Waiting for host to reconnect...", remaining_seconds=41),
        events.GameResumed(remaining_seconds=41),
        events.RoundEnded(
            reason="timer_expired",
            round_number=2,
            team_id="team_2",
            words_guessed=1,
            words_skipped=1,
            points_earned=1,
            average_time_per_word=2.9,
            words=WORDS,
        ),
        events.ScoreSummary(
            leaderboard=LEADERBOARD,
            next_round_in=5,
            rounds=ROUNDS,
            team_id="team_1",
            explainer_player_id="player_003",
        ),
        events.GameEnded(
            winner_team_id="team_1",
            final_scores=(
                events.FinalScore(team_id="team_1", score=14),
                events.FinalScore(team_id="team_2", score=12),
            ),
            game_duration_min=9,
            total_words_played=31,
            mvp_player_id="player_001",
            result_id="k3VQ0yZ6m1c9T-xH2bLw_A",
        ),
        events.GameRestarted(teams=TEAMS),
        events.RoomClosed(reason="host"),
    )
}


def from_client(row: ClientRow) -> dict[str, Any]:
    """A whole message of this row."""
    payload: dict[str, Any] = msgspec.to_builtins(CLIENT[row.type])
    return {
        "type": row.type,
        "roomId": ROOM,
        "actorId": "" if row.type == "CONNECT" else SENDERS[row.who],
        "timestamp": SENT_MS,
        "version": str(SUPPORTED.server),
        "payload": {name: value for name, value in payload.items() if value is not None},
    }


def from_server(row: ServerRow) -> dict[str, Any]:
    """A whole message of this row, as a socket of the newest version gets it."""
    outgoing = Outgoing(
        type=row.type,
        payload=SERVER[row.type],
        room_id=ROOM,
        timestamp_ms=SENT_MS,
        broadcast=row.audiences[0],
        sequence_id=45 if row.logged else None,
        state_version=31 if row.logged else None,
        ack_id=ack_id(row.type, 45) if row.needs_ack else None,
    )
    text = outgoing.text(SUPPORTED.server)
    if text is None:
        raise LookupError(f"{SUPPORTED.server} has no {row.type}")
    message: dict[str, Any] = json.loads(text)
    return message
