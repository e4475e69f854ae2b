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
    not know, with the version that brought them. ``older_get_snapshot``: a client too old for the message gets
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
        older_get_snapshot=older_get_snapshot,
    )


_CLIENT_ROWS = (
    ClientRow(
        "CONNECT",
        messages.Connect,
        "anyone",
        "Opens the conversation. A host or a player with a `sessionId` takes their seat again; a player without one "
        "takes a new seat and needs a `playerName`; a spectator only looks on.",
        answers=("CONNECTED",),
        opens=True,
    ),
    ClientRow(
        "RECONNECT",
        messages.Reconnect,
        "anyone",
        "Opens the conversation of a client whose socket was lost while its page lived on.",
        answers=("RECONNECTED", "RECONNECT_FAILED"),
        opens=True,
    ),
    ClientRow("START_TEAM_SETUP", commands.StartTeamSetup, "host", "Makes the teams."),
    ClientRow("JOIN_TEAM", commands.JoinTeam, "player", "Chooses a team."),
    ClientRow("ASSIGN_PLAYER", commands.AssignPlayer, "host", "Puts a player into a team."),
    ClientRow("SHUFFLE_TEAMS", commands.ShuffleTeams, "host", "Deals everybody into teams of even size."),
    ClientRow("CANCEL_TEAM_SETUP", commands.CancelTeamSetup, "host", "Goes back to the lobby."),
    ClientRow("CONFIRM_START", commands.ConfirmStart, "host", "Starts the game."),
    ClientRow(
        "WORD_SWIPED",
        commands.WordSwiped,
        "word holder",
        "Says what became of the live word. The first swipe of a word counts.",
    ),
    ClientRow("UNDO_SWIPE", commands.UndoSwipe, "word holder", "Takes the round's last swipe back."),
    ClientRow("CORRECT_WORD", commands.CorrectWord, "host", "Changes what became of a word of the round."),
    ClientRow("REPORT_WORD", commands.ReportWord, "anyone seated", "Says that a word should not be played."),
    ClientRow("PAUSE_GAME", commands.PauseGame, "host", "Stops the clock."),
    ClientRow("RESUME_GAME", commands.ResumeGame, "host", "Lets the clock run on."),
    ClientRow("NEXT_ROUND", commands.NextRound, "host", "Ends the review before its time."),
    ClientRow("END_GAME", commands.EndGame, "host", "Goes to the results at once."),
    ClientRow("RESTART_GAME", commands.RestartGame, "host", "A rematch with the same people."),
    ClientRow("CLOSE_ROOM", commands.CloseRoom, "host", "Ends the party; everybody is sent off."),
    ClientRow("LOCK_ROOM", commands.LockRoom, "host", "Lets no newcomer in."),
    ClientRow("UNLOCK_ROOM", commands.UnlockRoom, "host", "Lets newcomers in again."),
    ClientRow(
        "UPDATE_SETTINGS",
        commands.UpdateSettings,
        "host",
        "Changes the settings that are named; all of them or, on `INVALID_SETTINGS`, none.",
    ),
    ClientRow("KICK_PLAYER", commands.KickPlayer, "host", "Removes a player, who may come back."),
    ClientRow("BAN_PLAYER", commands.BanPlayer, "host", "Removes a player for good."),
    ClientRow("TRANSFER_HOST", commands.TransferHost, "host", "Makes a player the host."),
    ClientRow("LEAVE_ROOM", commands.LeaveRoom, "player", "Gives the seat up."),
    ClientRow(
        "CREATE_SEAT_LINK",
        messages.CreateSeatLink,
        "player or host",
        "Asks for a link that opens this seat on another phone.",
        answers=("SEAT_LINK",),
    ),
    ClientRow("ACK", messages.Ack, "anyone", "Says that a message with `requiresAck` has arrived."),
    ClientRow(
        "HEARTBEAT",
        messages.Heartbeat,
        "anyone",
        "A sign of life every 10 s, with what the client believes the state to be.",
        answers=("HEARTBEAT_ACK", "STATE_SNAPSHOT"),
        bare=True,
    ),
)

_ALL: tuple[Audience, ...] = ("all",)
_ACTOR: tuple[Audience, ...] = ("actor",)

_SERVER_ROWS = (
    _sent(messages.Connected, _ACTOR, "The handshake is done: who you are and all that you may know."),
    _sent(messages.Reconnected, _ACTOR, "The seat is taken again, with what was missed or without."),
    _sent(messages.ReconnectFailed, _ACTOR, "Away for too long to go on as if nothing had been."),
    _sent(messages.StateSnapshot, _ACTOR, "All that the recipient may know, in place of what they knew."),
    _sent(messages.HeartbeatAck, _ACTOR, "Answers `HEARTBEAT`."),
    _sent(messages.ErrorPayload, _ACTOR, "A message was refused, or says why the socket is about to be closed."),
    _sent(messages.SeatLink, _ACTOR, "Answers `CREATE_SEAT_LINK`."),
    _sent(messages.Notice, _ALL, "Something that an administrator has to say."),
    _sent(events.RoomCreated, _ALL, "The host has come."),
    _sent(events.PlayerJoined, _ALL, "A player has taken a seat."),
    _sent(events.PlayerLeft, _ALL, "A player has given the seat up, or lost it."),
    _sent(events.PlayerConnection, ("all", "host", "actor"), "How a player's connection is doing."),
    _sent(events.HostChanged, _ALL, "Somebody else has the host's controls."),
    _sent(events.RoomLocked, _ALL, "Newcomers are kept out."),
    _sent(events.RoomUnlocked, _ALL, "Newcomers are let in."),
    _sent(events.SettingsUpdated, _ALL, "The settings are these now."),
    _sent(events.StateChanged, _ALL, "The room has gone from one state to another."),
    _sent(events.TeamSetupStarted, _ALL, "There are teams to choose from."),
    _sent(events.TeamSetupCancelled, _ALL, "Back to the lobby; the teams are gone."),
    _sent(events.PlayerAssignedTeam, _ALL, "A player sits in a team."),
    _sent(events.CountdownTick, _ALL, "The round begins in 3, 2, 1."),
    _sent(events.RoundStarted, _ALL, "The clock runs."),
    _sent(events.WordRevealed, ("host", "actor"), "The live word, for the word holder alone."),
    _sent(events.WordResult, _ALL, "A word was guessed or skipped."),
    _sent(
        events.WordCorrected,
        _ALL,
        "A swipe was undone, or a word corrected in the review.",
        older_get_snapshot=True,
    ),
    _sent(events.TimerTick, _ALL, "The round's remaining time, once a second."),
    _sent(events.GamePaused, _ALL, "The clock stands."),
    _sent(events.GameResumed, _ALL, "The clock runs on."),
    _sent(events.RoundEnded, _ALL, "The turn is over."),
    _sent(events.ScoreSummary, _ALL, "Where the teams stand after the turn."),
    _sent(events.GameEnded, _ALL, "The results."),
    _sent(events.GameRestarted, _ALL, "A rematch begins with these teams."),
    _sent(events.RoomClosed, _ALL, "The party is over."),
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
        Close(CloseCode.RESTARTING, "worker is draining or restarting", "reconnect", "reconnect at once, with jitter"),
        Close(CloseCode.BAD_HANDSHAKE, "bad handshake, or ten malformed messages in a row", "stop", "stop"),
        Close(CloseCode.HANDSHAKE_TIMEOUT, "no handshake within 10 s", "stop", "stop"),
        Close(CloseCode.SESSION_UNKNOWN, "session unknown or expired", "rejoin", "ask for the name again"),
        Close(CloseCode.KICKED, "kicked, or refused", "stop", "stop, say why"),
        Close(
            CloseCode.NO_SUCH_ROOM,
            "no such room (never was, or is closed: the same answer)",
            "stop",
            "stop, say why",
        ),
        Close(CloseCode.ROOM_CLOSED, "the room was closed while inside", "results", "stop, show the results"),
        Close(
            CloseCode.OPENED_ELSEWHERE,
            "session opened elsewhere (the newest socket wins)",
            "stop",
            "stop; never fight for the seat",
        ),
        Close(CloseCode.UPGRADE_REQUIRED, "upgrade required", "reload", "reload the page once"),
        Close(CloseCode.TOO_MUCH, "too many messages, or a reader too slow", "backoff", "reconnect with backoff"),
    )
}
