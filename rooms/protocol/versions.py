"""Which versions of the protocol are spoken, and which one a client gets (§2.4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from rooms.protocol.errors import Malformed, UpgradeRequired

WINDOW = 2
"""How many major versions are supported at a time."""

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
class Spoken:
    """What a server speaks: its own version, and the newest minor of each major that it has a codec for."""

    server: Version
    newest: Mapping[int, Version]

    def window(self) -> list[Version]:
        """The newest version of each supported major, newest first."""
        majors = range(self.server.major, max(self.server.major - WINDOW, -1), -1)
        return [self.newest[major] for major in majors if major in self.newest]

    def supported(self) -> tuple[str, ...]:
        """All supported versions, newest first, as told to a client that has to upgrade."""
        return tuple(
            str(Version(newest.major, minor)) for newest in self.window() for minor in range(newest.minor, -1, -1)
        )


SPOKEN = Spoken(server=Version(1, 1), newest={1: Version(1, 1)})


def negotiate(client: str, spoken: Spoken = SPOKEN) -> Version:
    """The version to use with a client that says it speaks ``client``: of the same major the lower minor.

    Raises `Malformed` when ``client`` is no version and `UpgradeRequired` when its major is outside the window.
    """
    asked = Version.parse(client)
    for newest in spoken.window():
        if newest.major == asked.major:
            return min(asked, newest)
    raise UpgradeRequired(spoken.supported())
