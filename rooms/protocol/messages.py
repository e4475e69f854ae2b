"""Payloads of session messages: handshake, heartbeats, errors.

The game's own payloads are the engine's commands and events.
"""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from gameplay.engine.commands import Command
from gameplay.engine.events import Event
from gameplay.engine.projections import GameState, Role
from gameplay.engine.states import RoomState
from rooms.protocol.errors import ErrorCode


class Connect(Command, frozen=True):
    """The first message of a new client, or of one whose page was reloaded."""

    role: Role
    session_id: str | None = None
    player_name: str | None = None


class Reconnect(Command, frozen=True):
    """The first message of a client that lost its link (docs/spec.md §3.2). ``disconnect_timestamp`` is not trusted."""

    session_id: str
    last_seq_id: int
    disconnect_timestamp: float | None = None


class Ack(Command, frozen=True):
    """Acknowledges a message with ``requiresAck`` (docs/spec.md §2.5)."""

    ack_id: str
    status: str = "received"


class Heartbeat(Command, frozen=True):
    """A heartbeat with the client's state version and checksum (docs/spec.md §3.5)."""

    state_version: int | None = None
    state_checksum: str | None = None


class CreateSeatLink(Command, frozen=True):
    """Requests a link that moves this seat to another phone."""


class ClaimSeat(Command, frozen=True):
    """Claims the seat of somebody who is away, after ``NAME_TAKEN`` with ``claimable``."""

    player_name: str


class AnswerClaim(Command, frozen=True):
    """Accepts or refuses a claim to a seat."""

    claim_id: str
    accept: bool


class Connected(Event, frozen=True):
    """The handshake is done. A spectator's ``session_id`` brings back nothing but their ``actor_id``."""

    TYPE = "CONNECTED"
    LOGGED = False
    server_version: str
    session_id: str
    actor_id: str
    role: Role
    state_version: int
    state_checksum: str
    heartbeat_interval_ms: int
    game_state: GameState


class MissedEvent(msgspec.Struct, frozen=True, rename="camel"):
    """An event of the past; ``payload`` is JSON as the engine states it."""

    seq_id: int
    type: str
    payload: msgspec.Raw


class MissedWords(msgspec.Struct, frozen=True, rename="camel"):
    """Counts of the words played while the client was away."""

    words_guessed: int
    words_skipped: int


class Reconnected(Event, frozen=True):
    """The seat is resumed (docs/spec.md §3.2). ``missed_events`` is null when the game state replaces them."""

    TYPE = "RECONNECTED"
    LOGGED = False
    ADDED = {"summary": "1.1"}
    current_state: RoomState
    state_version: int
    game_state: GameState
    missed_events: tuple[MissedEvent, ...] | None
    message: str | UnsetType = UNSET
    summary: MissedWords | UnsetType = UNSET


class ReconnectFailed(Event, frozen=True):
    """The client was away too long (docs/spec.md §3.2).

    With ``can_rejoin`` the same socket may ``CONNECT`` with the old session.
    """

    TYPE = "RECONNECT_FAILED"
    LOGGED = False
    reason: Literal["SESSION_EXPIRED"]
    message: str
    can_rejoin: bool
    current_state: RoomState


class HeartbeatAck(Event, frozen=True):
    """Answers a heartbeat with the state version of the server."""

    TYPE = "HEARTBEAT_ACK"
    LOGGED = False
    state_version: int


class StateSnapshot(Event, frozen=True):
    """The whole state that the recipient may see; it replaces theirs."""

    TYPE = "STATE_SNAPSHOT"
    LOGGED = False
    game_state: GameState


class SeatLink(Event, frozen=True):
    """Opens this seat on another phone, once. ``expires_in`` is in seconds."""

    TYPE = "SEAT_LINK"
    url: str
    expires_in: int


class ClaimPending(Event, frozen=True):
    """The claim waits for an answer. ``expires_in`` is in seconds."""

    TYPE = "CLAIM_PENDING"
    LOGGED = False
    SINCE = "1.2"
    claim_id: str
    expires_in: int


class SeatClaimed(Event, frozen=True):
    """Somebody says that this seat is theirs. ``away_sec`` is how long its owner has been away, in seconds."""

    TYPE = "SEAT_CLAIMED"
    LOGGED = False
    SINCE = "1.2"
    claim_id: str
    player_name: str
    away_sec: int


class ClaimClosed(Event, frozen=True):
    """A claim is no longer open."""

    TYPE = "CLAIM_CLOSED"
    LOGGED = False
    SINCE = "1.2"
    claim_id: str
    accepted: bool


class Notice(Event, frozen=True):
    """A notice of an administrator."""

    TYPE = "NOTICE"
    message: str


class ErrorPayload(Event, frozen=True):
    """A message was refused, or the socket is about to be closed; nothing was changed."""

    TYPE = "ERROR"
    LOGGED = False
    ADDED = {"requestId": "1.1", "claimable": "1.2", "looksLike": "1.2"}
    code: ErrorCode
    message: str
    request_type: str | UnsetType = UNSET
    request_id: str | UnsetType = UNSET
    supported_versions: tuple[str, ...] | UnsetType = UNSET
    claimable: bool | UnsetType = UNSET
    looks_like: str | UnsetType = UNSET
