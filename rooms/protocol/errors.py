"""Error codes, close codes and protocol errors.

ProtocolError           any ErrorCode
├── Malformed           MALFORMED_MESSAGE
├── UnknownType         UNKNOWN_TYPE
└── UpgradeRequired     UPGRADE_REQUIRED, with the versions that would do
"""

from enum import IntEnum, StrEnum


class ErrorCode(StrEnum):
    """The ``code`` of an ``ERROR``."""

    INVALID_TRANSITION = "INVALID_TRANSITION"
    UNAUTHORIZED = "UNAUTHORIZED"
    MALFORMED_MESSAGE = "MALFORMED_MESSAGE"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    ROOM_NOT_FOUND = "ROOM_NOT_FOUND"
    ROOM_FULL = "ROOM_FULL"
    ROOM_CLOSED = "ROOM_CLOSED"
    NAME_INVALID = "NAME_INVALID"
    NAME_TAKEN = "NAME_TAKEN"
    CLAIM_REFUSED = "CLAIM_REFUSED"
    TEAM_NOT_FOUND = "TEAM_NOT_FOUND"
    PLAYER_NOT_FOUND = "PLAYER_NOT_FOUND"
    NOT_ENOUGH_PLAYERS = "NOT_ENOUGH_PLAYERS"
    INVALID_SETTINGS = "INVALID_SETTINGS"
    SESSION_EXPIRED = "SESSION_EXPIRED"
    SESSION_REPLACED = "SESSION_REPLACED"
    KICKED = "KICKED"
    BAD_HANDSHAKE = "BAD_HANDSHAKE"
    HANDSHAKE_TIMEOUT = "HANDSHAKE_TIMEOUT"
    ROOM_LOCKED = "ROOM_LOCKED"
    UPGRADE_REQUIRED = "UPGRADE_REQUIRED"
    RATE_LIMITED = "RATE_LIMITED"
    SERVER_BUSY = "SERVER_BUSY"


class CloseCode(IntEnum):
    """Close codes of the server; `catalogue.CLOSES` has the client's reaction to each."""

    TOO_BIG = 1009
    RESTARTING = 1012
    BAD_HANDSHAKE = 4400
    SESSION_UNKNOWN = 4401
    KICKED = 4403
    NO_SUCH_ROOM = 4404
    HANDSHAKE_TIMEOUT = 4408
    OPENED_ELSEWHERE = 4409
    ROOM_CLOSED = 4410
    UPGRADE_REQUIRED = 4426
    TOO_MUCH = 4429


class ProtocolError(Exception):
    """An error that is answered with ``ERROR``.

    ``request_type`` and ``request_id`` say which message it answers, as far as that could be read.
    """

    def __init__(
        self, code: ErrorCode, message: str, request_type: str | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.request_type = request_type
        self.request_id = request_id


class Malformed(ProtocolError):
    """Not JSON, not an object, a field of the wrong type, or binary."""

    def __init__(self, message: str, request_type: str | None = None, request_id: str | None = None) -> None:
        super().__init__(ErrorCode.MALFORMED_MESSAGE, message, request_type, request_id)


class UnknownType(ProtocolError):
    """A well-formed message of an unknown type."""

    def __init__(self, request_type: str | None, request_id: str | None) -> None:
        super().__init__(ErrorCode.UNKNOWN_TYPE, "There is no such message type.", request_type, request_id)


class UpgradeRequired(ProtocolError):
    """The client's version is not supported (docs/spec.md §2.4)."""

    def __init__(
        self, supported_versions: tuple[str, ...], request_type: str | None = None, request_id: str | None = None
    ) -> None:
        message = "This version of PartyFlow is not supported any more. Please reload the page."
        super().__init__(ErrorCode.UPGRADE_REQUIRED, message, request_type, request_id)
        self.supported_versions = supported_versions
