"""What can go wrong on the way into a room.

RoomError
├── Refused         a handshake that fails, with the wire's error code
├── RateLimited     too much from one address
└── Unavailable     Redis is away, or this worker is about to stop
"""

from rooms.protocol.errors import CloseCode, ErrorCode

BUSY = "The server is busy right now. Please try again in a moment."


class RoomError(Exception):
    """Base of the shell's errors."""


class Refused(RoomError):
    """Somebody is not let in. ``close`` is how the socket ends; None: it may ``CONNECT`` again."""

    def __init__(self, code: ErrorCode, message: str, close: CloseCode | None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.close = close


class RateLimited(RoomError):
    """Somebody at this address does something too often. ``wait_s``: in how many seconds they may try again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("That was a lot at once. Wait a minute, then try again.")
        self.wait_s = wait_s


class Unavailable(RoomError):
    """Rooms cannot be read or written at the moment; trying again in a while may help."""
