"""Where a remotely owned room lives, and the rate-limit verdict so far."""

from dataclasses import dataclass

from rooms.errors import RateLimited


@dataclass(frozen=True, slots=True)
class RateVerdict:
    """The result of counting a client; ``excess`` is the error for a client without a seat, None within limits."""

    excess: RateLimited | None


@dataclass(frozen=True, slots=True)
class RemoteRoom:
    """A room at ``worker``, which has to apply the verdict: only the owner knows who has a seat."""

    worker: str
    verdict: RateVerdict
