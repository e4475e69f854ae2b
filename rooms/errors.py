"""Errors of entering a room.

RoomError
├── Refused         the handshake fails, with the wire's error code
├── RateLimited     a limit of the client's network is reached
└── Unavailable     Redis is unavailable, or this worker is draining
"""

from rooms.protocol.errors import CloseCode, ErrorCode

BUSY = "The server is busy right now. Please try again in a moment."


class RoomError(Exception):
    """Base of these errors."""


class Refused(RoomError):
    """The handshake fails. ``close`` is the close code; None keeps the socket open for another attempt.

    ``is_claimable``: the name that was asked for belongs to a seat that may be claimed. ``looks_like``: the name that
    it only looks like.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        close: CloseCode | None,
        is_claimable: bool = False,
        looks_like: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.close = close
        self.is_claimable = is_claimable
        self.looks_like = looks_like


class RateLimited(RoomError):
    """A rate limit is reached. ``wait_s`` is the time until a further attempt may succeed."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("That was a lot at once. Wait a minute, then try again.")
        self.wait_s = wait_s


class Unavailable(RoomError):
    """Rooms cannot be read or written for now."""
