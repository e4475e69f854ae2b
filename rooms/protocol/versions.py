"""Protocol versions: which are supported, and negotiation (docs/spec.md §2.4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

from rooms.protocol.errors import Malformed, UpgradeRequired

WINDOW = 2
"""How many major versions are supported at a time."""
NOTICE_DAYS = 14
"""Minimum support of a version after its end was announced (docs/spec.md §6.2)."""

_SHAPE = re.compile(r"(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})")


class Version(NamedTuple):
    """A protocol version, ``MAJOR.MINOR``; comparable."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``"1.0"``. Raises `Malformed`."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise Malformed("The version is not of the form MAJOR.MINOR.")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True)
class Sunset:
    """The end of support of a version and of all older ones of its major.

    ``announced`` is the day of the release that brings this row, ``last_day`` the last one on which the version is
    spoken, `NOTICE_DAYS` later or more. Days are UTC and written as in ``2026-12-24``.
    """

    version: Version
    announced: str
    last_day: str

    def ends(self, version: Version, today: str) -> bool:
        """Whether support of ``version`` has ended."""
        return version.major == self.version.major and version <= self.version and today > self.last_day


@dataclass(frozen=True, eq=False)
class SupportedVersions:
    """Supported versions: the server's own, the newest minor of each major with a codec, and sunsets."""

    server: Version
    newest: Mapping[int, Version]
    sunsets: tuple[Sunset, ...] = ()

    def window(self) -> list[Version]:
        """The newest version of each supported major, newest first."""
        majors = range(self.server.major, max(self.server.major - WINDOW, -1), -1)
        return [self.newest[major] for major in majors if major in self.newest]

    def has_ended(self, version: Version, today: str) -> bool:
        """Whether a version within the window has reached its sunset."""
        return any(sunset.ends(version, today) for sunset in self.sunsets)

    def versions(self, today: str = "") -> tuple[str, ...]:
        """All supported versions, newest first."""
        supported = (Version(newest.major, minor) for newest in self.window() for minor in range(newest.minor, -1, -1))
        return tuple(str(version) for version in supported if not self.has_ended(version, today))


SUPPORTED = SupportedVersions(server=Version(1, 2), newest={1: Version(1, 2)}, sunsets=())


@lru_cache(maxsize=64)
def negotiate(client: str, supported: SupportedVersions = SUPPORTED, today: str = "") -> Version:
    """Negotiate the version for a client of version ``client``: the lower minor of the same major.

    ``today`` is given in the handshake only: a connected client keeps its version past a sunset. Raises `Malformed`
    when ``client`` is no version and `UpgradeRequired` when it is outside the window or its time is over.
    """
    asked = Version.parse(client)
    for newest in supported.window():
        if newest.major == asked.major and not supported.has_ended(min(asked, newest), today):
            return min(asked, newest)
    raise UpgradeRequired(supported.versions(today))
