"""What can go wrong on the way into a room.

RoomError
├── Refused         a handshake that fails, with the wire's error code
└── Unavailable     Redis is away, or this worker is about to stop
"""

from rooms.protocol.errors import CloseCode, ErrorCode


class RoomError(Exception):
    """Base of the shell's errors."""


class Refused(RoomError):
    """Somebody is not let in. ``close`` is how the socket ends; None: it may ``CONNECT`` again."""

    def __init__(self, code: ErrorCode, message: str, close: CloseCode | None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.close = close


class Unavailable(RoomError):
    """Rooms cannot be read or written at the moment; trying again in a while may help."""
