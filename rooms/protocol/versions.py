"""Which versions of the protocol are spoken, and which one a client gets (§2.4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

from rooms.protocol.errors import Malformed, UpgradeRequired

WINDOW = 2
"""How many major versions are supported at a time."""
NOTICE_DAYS = 14
"""How long a version is spoken at least once its end has been announced (§6.2)."""

_SHAPE = re.compile(r"(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})")


class Version(NamedTuple):
    """``MAJOR.MINOR``; versions compare as they follow one another."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"1.0"``. Raises `Malformed`."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise Malformed("The version is not of the form MAJOR.MINOR.")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True)
class Sunset:
    """The end of a version, and of all older ones of its major, though it is within the window.

    ``announced`` is the day of the release that brings this row, ``last_day`` the last one on which the version is
    spoken, `NOTICE_DAYS` later or more. Days are UTC and written as in ``2026-12-24``.
    """

    version: Version
    announced: str
    last_day: str

    def ends(self, version: Version, today: str) -> bool:
        """Whether ``version`` is not spoken any more."""
        return version.major == self.version.major and version <= self.version and today > self.last_day


@dataclass(frozen=True, eq=False)
class Spoken:
    """What a server speaks: its own version, the newest minor of each major that it has a codec for, and what ends."""

    server: Version
    newest: Mapping[int, Version]
    sunsets: tuple[Sunset, ...] = ()

    def window(self) -> list[Version]:
        """The newest version of each supported major, newest first."""
        majors = range(self.server.major, max(self.server.major - WINDOW, -1), -1)
        return [self.newest[major] for major in majors if major in self.newest]

    def has_ended(self, version: Version, today: str) -> bool:
        """Whether the time of a version within the window is over."""
        return any(sunset.ends(version, today) for sunset in self.sunsets)

    def supported(self, today: str = "") -> tuple[str, ...]:
        """All supported versions, newest first, as told to a client that has to upgrade."""
        spoken = (Version(newest.major, minor) for newest in self.window() for minor in range(newest.minor, -1, -1))
        return tuple(str(version) for version in spoken if not self.has_ended(version, today))


SPOKEN = Spoken(server=Version(1, 1), newest={1: Version(1, 1)}, sunsets=())


@lru_cache(maxsize=64)
def negotiate(client: str, spoken: Spoken = SPOKEN, today: str = "") -> Version:
    """The version to use with a client that says it speaks ``client``: of the same major the lower minor.

    ``today`` is given in the handshake alone: whoever is inside when their version ends may play on. Raises `Malformed`
    when ``client`` is no version and `UpgradeRequired` when it is outside the window or its time is over.
    """
    asked = Version.parse(client)
    for newest in spoken.window():
        if newest.major == asked.major and not spoken.has_ended(min(asked, newest), today):
            return min(asked, newest)
    raise UpgradeRequired(spoken.supported(today))
