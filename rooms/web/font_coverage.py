"""The characters that a TrueType font has glyphs for, read from its ``cmap`` table."""

import struct
from functools import cache
from pathlib import Path
from typing import Final

from gameplay.engine.invisibles import is_invisible

_SEGMENTED: Final = 12
"""The format of a ``cmap`` subtable that covers all of Unicode in groups of consecutive characters."""


def can_draw(font: Path, text: str) -> bool:
    """Whether the font has a glyph for every character of ``text`` that is seen."""
    covered = coverage(font)
    return all(ord(character) in covered or is_invisible(character) for character in text)


@cache
def coverage(font: Path) -> frozenset[int]:
    """The code points of a font with a segmented ``cmap``. Raises `ValueError` for another."""
    data = font.read_bytes()
    start = _table(data, b"cmap")
    for index in range(_uint16(data, start + 2)):
        (offset,) = struct.unpack_from(">I", data, start + 4 + 8 * index + 4)
        if _uint16(data, start + offset) == _SEGMENTED:
            return frozenset(
                code for first, last, _ in _groups(data, start + offset) for code in range(first, last + 1)
            )
    raise ValueError(f"{font.name} has no cmap of format {_SEGMENTED}.")


def _table(data: bytes, wanted: bytes) -> int:
    """The offset of a table. Raises `ValueError` if there is none."""
    for index in range(_uint16(data, 4)):
        tag, _checksum, offset, _length = struct.unpack_from(">4sIII", data, 12 + 16 * index)
        if tag == wanted:
            return int(offset)
    raise ValueError(f"The font has no table {wanted.decode()}.")


def _groups(data: bytes, subtable: int) -> list[tuple[int, int, int]]:
    (count,) = struct.unpack_from(">I", data, subtable + 12)
    return [struct.unpack_from(">III", data, subtable + 16 + 12 * index) for index in range(count)]


def _uint16(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2], "big")
