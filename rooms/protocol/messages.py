"""Payloads of the messages that belong to the socket, not to the game: handshake, signs of life, errors.

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
    """The first message of a client that is new, or that has loaded its page anew."""

    role: Role
    session_id: str | None = None
    player_name: str | None = None


class Reconnect(Command, frozen=True):
    """The first message of a client that has lost its socket (§3.2). ``disconnect_timestamp`` is not trusted."""

    session_id: str
    last_seq_id: int
    disconnect_timestamp: float | None = None


class Ack(Command, frozen=True):
    """A message that asked for it has arrived (§2.5)."""

    ack_id: str
    status: str = "received"


class Heartbeat(Command, frozen=True):
    """A sign of life, and what the client believes the state to be (§3.5)."""

    state_version: int | None = None
    state_checksum: str | None = None


class CreateSeatLink(Command, frozen=True):
    """Ask for a link that takes this seat over on another phone."""


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
    """How many words were played while the client was away."""

    words_guessed: int
    words_skipped: int


class Reconnected(Event, frozen=True):
    """The seat is taken again (§3.2). ``missed_events`` null: the game state alone has to do."""

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
    """Away for too long (§3.2); with ``can_rejoin`` the same socket may ``CONNECT`` with the old session."""

    TYPE = "RECONNECT_FAILED"
    LOGGED = False
    reason: Literal["SESSION_EXPIRED"]
    message: str
    can_rejoin: bool
    current_state: RoomState


class HeartbeatAck(Event, frozen=True):
    """The server is alive; its state has this version."""

    TYPE = "HEARTBEAT_ACK"
    LOGGED = False
    state_version: int


class StateSnapshot(Event, frozen=True):
    """What the recipient may know, all of it, in place of what they knew."""

    TYPE = "STATE_SNAPSHOT"
    LOGGED = False
    game_state: GameState


class SeatLink(Event, frozen=True):
    """Opens this seat on another phone, once. ``expires_in`` is in seconds."""

    TYPE = "SEAT_LINK"
    url: str
    expires_in: int


class Notice(Event, frozen=True):
    """An administrator has something to say."""

    TYPE = "NOTICE"
    message: str


class ErrorPayload(Event, frozen=True):
    """A message was refused, or the socket is about to be closed; nothing was changed."""

    TYPE = "ERROR"
    LOGGED = False
    ADDED = {"requestId": "1.1"}
    code: ErrorCode
    message: str
    request_type: str | UnsetType = UNSET
    request_id: str | UnsetType = UNSET
    supported_versions: tuple[str, ...] | UnsetType = UNSET
