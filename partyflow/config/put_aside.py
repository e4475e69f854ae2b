"""Damaged files are renamed, never deleted: they get the date and time behind their name."""

from datetime import datetime
from pathlib import Path


def put_aside(path: Path, now: datetime | None = None) -> Path:
    """Rename ``path`` to ``<name>.damaged-YYYYMMDD-HHMMSS`` in the same directory; return its new path.

    Raises `OSError`.
    """
    target = aside_path(path, now)
    path.rename(target)
    return target


def aside_path(path: Path, now: datetime | None = None) -> Path:
    """The name that `put_aside` gives, numbered if there is such a file already."""
    stamp = (now or datetime.now().astimezone()).strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 2
    while target.exists():
        target = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
        number += 1
    return target
