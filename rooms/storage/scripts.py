"""Redis scripts: loaded from ``lua/`` once, called by their SHA-1 or with their source."""

import hashlib
from pathlib import Path
from typing import NamedTuple

DIRECTORY = Path(__file__).parent / "lua"


class Script(NamedTuple):
    """A script. ``sha`` is its name in ``EVALSHA``, ``source`` what ``EVAL`` takes."""

    source: str
    sha: str


def load_script(*names: str) -> Script:
    """The script made of these files of ``lua/``, one after the other, without the ending ``.lua``."""
    source = "\n".join((DIRECTORY / f"{name}.lua").read_text() for name in names)
    return Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())
