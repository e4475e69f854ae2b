"""Text for a terminal: nothing that somebody has typed can move the cursor, colour the screen or turn text around."""

from collections.abc import Iterable, Sequence


def printable(text: str) -> str:
    """``text`` with all that is no visible character written out, as in ``\\x1b``."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def columns(rows: Iterable[Sequence[object]]) -> str:
    """Rows as aligned columns, each cell made `printable`; a line end after each."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def age(since_ms: int, now_ms: int) -> str:
    """How long ago, as in ``4 min``; ``-`` for never."""
    if not since_ms:
        return "-"
    seconds = max(0, now_ms - since_ms) // 1000
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
