"""What is known of a client when it turns out that its room is at another worker."""

from dataclasses import dataclass

from rooms.errors import RateLimited


@dataclass(frozen=True, slots=True)
class RateVerdict:
    """Somebody has been counted. ``excess``: what is too much of them, unless they have a seat."""

    excess: RateLimited | None


@dataclass(frozen=True, slots=True)
class RemoteRoom:
    """The room is at ``worker``; that one knows whether whoever was ``verdict`` has a seat."""

    worker: str
    verdict: RateVerdict
