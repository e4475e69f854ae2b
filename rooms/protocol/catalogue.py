"""The message catalogue: one row a message, in the order of a party (docs/spec.md §2.2, §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from gameplay.engine import commands, events
from gameplay.engine.commands import Command
from gameplay.engine.events import Audience, Event
from rooms.protocol import messages
from rooms.protocol.errors import CloseCode
from rooms.protocol.versions import Version

CommandClass = type[Command]
EventClass = type[Event]
FIRST = Version(1, 0)

Who = Literal["anyone", "host", "player", "player or host", "anyone seated", "word holder"]


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A message that clients send.

    ``who`` may send it, as session and engine enforce. ``answers`` are the replies to the sender alone, besides
    ``ERROR``; changes are broadcast.
    """

    direction: ClassVar[str] = "client"

    type: str
    payload: CommandClass
    who: Who
    doc: str
    answers: tuple[str, ...] = ()
    since: Version = FIRST
    opens: bool = False
    """Whether a handshake may begin with it."""
    bare: bool = False
    """Whether ``version`` may be absent (docs/spec.md §3.5)."""


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A message that the server sends.

    ``audiences`` are the values that ``broadcast`` can have. ``added`` are the payload's fields that older minors do
    not know, with the version that brought them; ``added_reasons`` are values of ``reason``, with the value that they
    get instead. ``older_get_snapshot``: a client too old for the message gets
    ``STATE_SNAPSHOT`` in its place.
    """

    direction: ClassVar[str] = "server"

    type: str
    payload: EventClass
    audiences: tuple[Audience, ...]
    doc: str
    needs_ack: bool
    logged: bool
    since: Version
    added: Mapping[str, Version] = field(default_factory=dict)
    added_reasons: Mapping[str, tuple[Version, str]] = field(default_factory=dict)
    older_get_snapshot: bool = False


def _sent(
    payload: EventClass, audiences: tuple[Audience, ...], doc: str, older_get_snapshot: bool = False
) -> ServerRow:
    return ServerRow(
        type=payload.TYPE,
        payload=payload,
        audiences=audiences,
        doc=doc,
        needs_ack=payload.NEEDS_ACK,
        logged=payload.LOGGED,
        since=Version.parse(payload.SINCE),
        added={name: Version.parse(since) for name, since in payload.ADDED.items()},
        added_reasons={
            reason: (Version.parse(since), older) for reason, (since, older) in payload.ADDED_REASONS.items()
        },
        older_get_snapshot=older_get_snapshot,
    )


_CLIENT_ROWS = (
    ClientRow(
        "CONNECT",
        messages.Connect,
        "anyone",
        "First message of a new page. A host or a player with a `sessionId` resumes their seat; a player without one "
        "takes a new seat and needs a `playerName`; a spectator takes none.",
        answers=("CONNECTED",),
        opens=True,
    ),
    ClientRow(
        "RECONNECT",
        messages.Reconnect,
        "anyone",
        "First message of a page that has lost its socket.",
        answers=("RECONNECTED", "RECONNECT_FAILED"),
        opens=True,
    ),
    ClientRow("START_TEAM_SETUP", commands.StartTeamSetup, "host", "Creates the teams."),
    ClientRow("JOIN_TEAM", commands.JoinTeam, "player", "Chooses a team."),
    ClientRow("ASSIGN_PLAYER", commands.AssignPlayer, "host", "Assigns a player to a team."),
    ClientRow("SHUFFLE_TEAMS", commands.ShuffleTeams, "host", "Distributes all players over the teams evenly."),
    ClientRow("CANCEL_TEAM_SETUP", commands.CancelTeamSetup, "host", "Returns to the lobby."),
    ClientRow("CONFIRM_START", commands.ConfirmStart, "host", "Starts the game."),
    ClientRow(
        "WORD_SWIPED",
        commands.WordSwiped,
        "word holder",
        "Reports the result of the live word. The first swipe of a word counts.",
    ),
    ClientRow("UNDO_SWIPE", commands.UndoSwipe, "word holder", "Undoes the last swipe of the round."),
    ClientRow("CORRECT_WORD", commands.CorrectWord, "host", "Changes the result of a word of the round."),
    ClientRow("REPORT_WORD", commands.ReportWord, "anyone seated", "Reports a word that should not be played."),
    ClientRow("PAUSE_GAME", commands.PauseGame, "host", "Stops the clock."),
    ClientRow("RESUME_GAME", commands.ResumeGame, "host", "Resumes the clock."),
    ClientRow("NEXT_ROUND", commands.NextRound, "host", "Ends the review early."),
    ClientRow("END_GAME", commands.EndGame, "host", "Ends the game now."),
    ClientRow("RESTART_GAME", commands.RestartGame, "host", "Starts a rematch with the same players."),
    ClientRow("CLOSE_ROOM", commands.CloseRoom, "host", "Closes the room and all its sockets."),
    ClientRow("LOCK_ROOM", commands.LockRoom, "host", "Refuses new players from now on."),
    ClientRow("UNLOCK_ROOM", commands.UnlockRoom, "host", "Admits new players again."),
    ClientRow(
        "UPDATE_SETTINGS",
        commands.UpdateSettings,
        "host",
        "Changes the given settings; all of them or, on `INVALID_SETTINGS`, none.",
    ),
    ClientRow("KICK_PLAYER", commands.KickPlayer, "host", "Removes a player, who may join again."),
    ClientRow("BAN_PLAYER", commands.BanPlayer, "host", "Removes a player permanently."),
    ClientRow("TRANSFER_HOST", commands.TransferHost, "host", "Makes a player the host."),
    ClientRow(
        "RECLAIM_HOST",
        commands.ReclaimHost,
        "anyone seated",
        "Makes the room's creator the host again, after another player was promoted.",
        since=Version(1, 2),
    ),
    ClientRow(
        "RENAME_PLAYER",
        commands.RenamePlayer,
        "anyone seated",
        "Changes a player's name: one's own, or as host anybody's.",
        since=Version(1, 2),
    ),
    ClientRow("LEAVE_ROOM", commands.LeaveRoom, "player", "Leaves the room."),
    ClientRow(
        "CREATE_SEAT_LINK",
        messages.CreateSeatLink,
        "player or host",
        "Requests a link that opens this seat on another phone.",
        answers=("SEAT_LINK",),
    ),
    ClientRow(
        "CLAIM_SEAT",
        messages.ClaimSeat,
        "anyone",
        "After `NAME_TAKEN` with `claimable`: asks the host and the teammates for this seat.",
        answers=("CLAIM_PENDING", "CONNECTED"),
        since=Version(1, 2),
    ),
    ClientRow(
        "ANSWER_CLAIM",
        messages.AnswerClaim,
        "player or host",
        "Accepts or refuses a claim to a seat, by one of those who were asked.",
        since=Version(1, 2),
    ),
    ClientRow("ACK", messages.Ack, "anyone", "Acknowledges a message with `requiresAck`."),
    ClientRow(
        "HEARTBEAT",
        messages.Heartbeat,
        "anyone",
        "Heartbeat every 10 s, with the client's state version and checksum.",
        answers=("HEARTBEAT_ACK", "STATE_SNAPSHOT"),
        bare=True,
    ),
)

_ALL: tuple[Audience, ...] = ("all",)
_ACTOR: tuple[Audience, ...] = ("actor",)

_SERVER_ROWS = (
    _sent(messages.Connected, _ACTOR, "The handshake is complete: identity, role and state."),
    _sent(messages.Reconnected, _ACTOR, "The seat is resumed, with or without the missed events."),
    _sent(messages.ReconnectFailed, _ACTOR, "The client was away too long to resume."),
    _sent(messages.StateSnapshot, _ACTOR, "The state that the recipient may see; replaces the client's."),
    _sent(messages.HeartbeatAck, _ACTOR, "Answers `HEARTBEAT`."),
    _sent(messages.ErrorPayload, _ACTOR, "A message was refused, or the reason of the close that follows."),
    _sent(messages.SeatLink, _ACTOR, "Answers `CREATE_SEAT_LINK`."),
    _sent(messages.ClaimPending, _ACTOR, "Answers `CLAIM_SEAT`: others are being asked."),
    _sent(messages.SeatClaimed, _ACTOR, "Somebody says that this seat is theirs; for the host and the teammates."),
    _sent(messages.ClaimClosed, _ACTOR, "A claim is answered, has expired or has become pointless."),
    _sent(messages.Notice, _ALL, "A notice of an administrator."),
    _sent(events.RoomCreated, _ALL, "The host has connected for the first time."),
    _sent(events.PlayerJoined, _ALL, "A player has joined."),
    _sent(events.PlayerLeft, _ALL, "A player has left or was removed."),
    _sent(events.PlayerRenamed, _ALL, "A player, or the host, has another name.", older_get_snapshot=True),
    _sent(events.PlayerConnection, ("all", "host", "actor"), "The connection state of a player."),
    _sent(events.HostChanged, _ALL, "The room has another host."),
    _sent(events.RoomLocked, _ALL, "The room refuses new players."),
    _sent(events.RoomUnlocked, _ALL, "The room admits new players."),
    _sent(events.SettingsUpdated, _ALL, "The settings have changed."),
    _sent(events.StateChanged, _ALL, "The state of the room has changed."),
    _sent(events.TeamSetupStarted, _ALL, "The teams have been created."),
    _sent(events.TeamSetupCancelled, _ALL, "The team setup was cancelled; the teams are deleted."),
    _sent(events.PlayerAssignedTeam, _ALL, "A player was assigned to a team."),
    _sent(events.CountdownTick, _ALL, "Countdown to the round: 3, 2, 1."),
    _sent(events.RoundStarted, _ALL, "A round has started."),
    _sent(events.WordRevealed, ("host", "actor"), "The live word, for the word holder only."),
    _sent(events.WordResult, _ALL, "A word was guessed or skipped."),
    _sent(
        events.WordCorrected,
        _ALL,
        "A swipe was undone, or a word corrected in the review.",
        older_get_snapshot=True,
    ),
    _sent(events.TimerTick, _ALL, "The round's remaining time, once a second."),
    _sent(events.GamePaused, _ALL, "The round is paused."),
    _sent(events.GameResumed, _ALL, "The round continues."),
    _sent(events.RoundEnded, _ALL, "A round has ended."),
    _sent(events.ScoreSummary, _ALL, "The leaderboard after a round."),
    _sent(events.GameEnded, _ALL, "The game has ended, with its results."),
    _sent(events.GameRestarted, _ALL, "A rematch starts with these teams."),
    _sent(events.RoomClosed, _ALL, "The room is closed."),
)

CLIENT: Mapping[str, ClientRow] = {row.type: row for row in _CLIENT_ROWS}
SERVER: Mapping[str, ServerRow] = {row.type: row for row in _SERVER_ROWS}
ROWS: tuple[ClientRow | ServerRow, ...] = (*_CLIENT_ROWS, *_SERVER_ROWS)


@dataclass(frozen=True, slots=True)
class Close:
    """A close code: its meaning and the client's reaction, as a keyword and as a sentence."""

    code: CloseCode
    meaning: str
    action: Literal["stop", "reconnect", "backoff", "rejoin", "results", "reload"]
    client: str


CLOSES: Mapping[CloseCode, Close] = {
    close.code: close
    for close in (
        Close(CloseCode.TOO_BIG, "message too big", "stop", "stop"),
        Close(
            CloseCode.RESTARTING, "worker is draining or restarting", "reconnect", "reconnect immediately, with jitter"
        ),
        Close(CloseCode.BAD_HANDSHAKE, "bad handshake, or ten malformed messages in a row", "stop", "stop"),
        Close(CloseCode.HANDSHAKE_TIMEOUT, "no handshake within 10 s", "stop", "stop"),
        Close(CloseCode.SESSION_UNKNOWN, "session unknown or expired", "rejoin", "ask for the name again"),
        Close(CloseCode.KICKED, "kicked, or refused", "stop", "stop, show the reason"),
        Close(
            CloseCode.NO_SUCH_ROOM,
            "no such room; the same for a closed one",
            "stop",
            "stop, show the reason",
        ),
        Close(CloseCode.ROOM_CLOSED, "the room was closed", "results", "stop, show the results"),
        Close(
            CloseCode.OPENED_ELSEWHERE,
            "session opened elsewhere (the newest socket wins)",
            "stop",
            "stop; do not reconnect",
        ),
        Close(CloseCode.UPGRADE_REQUIRED, "upgrade required", "reload", "reload the page once"),
        Close(CloseCode.TOO_MUCH, "too many messages, or a reader too slow", "backoff", "reconnect with backoff"),
    )
}
