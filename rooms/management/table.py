"""Tables for a terminal, with control characters in names escaped: they cannot move the cursor or colour text."""

from collections.abc import Iterable, Sequence


def printable(text: str) -> str:
    """``text`` with unprintable characters escaped, as in ``\\x1b``."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def format_table(rows: Iterable[Sequence[object]]) -> str:
    """Rows as lines of aligned columns; each cell is made `printable`."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def format_count(count: int, noun: str) -> str:
    """``1 room``, ``2 rooms``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def format_age(since_ms: int, now_ms: int) -> str:
    """The time since then, as in ``4 min``; ``-`` if ``since_ms`` is 0."""
    if not since_ms:
        return "-"
    seconds = max(0, now_ms - since_ms) // 1000
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
