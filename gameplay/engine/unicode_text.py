"""Properties and normal forms of text, by the project's own Unicode table and not the interpreter's.

Every supported Python comes to the same results, whatever version of Unicode it was built with.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from gameplay.engine import unicode_table as table

_HANGUL: Final = 0xAC00
_LEADING: Final = 0x1100
_VOWEL: Final = 0x1161
_TRAILING: Final = 0x11A7
_LEADINGS: Final = 19
_VOWELS: Final = 21
_TRAILINGS: Final = 28
_SYLLABLES: Final = _LEADINGS * _VOWELS * _TRAILINGS


class RangeMap:
    """A map from ranges of code points to short texts, parsed from ``first-last=value first=value …``."""

    def __init__(self, source: str) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        self._values: list[str] = []
        for token in source.split():
            extent, _, value = token.partition("=")
            first, _, last = extent.partition("-")
            self._firsts.append(int(first, 16))
            self._lasts.append(int(last or first, 16))
            self._values.append(value or "+")

    def get(self, character: str) -> str:
        """The value of the range that contains the character, or ""."""
        code = ord(character)
        index = bisect_right(self._firsts, code) - 1
        return self._values[index] if index >= 0 and code <= self._lasts[index] else ""

    def __contains__(self, character: str) -> bool:
        return bool(self.get(character))


def _parse_map(source: str) -> dict[str, str]:
    pairs = (token.split("=") for token in source.split())
    return {_text(key): _text(value) for key, value in pairs}


def _text(codes: str) -> str:
    return "".join(chr(int(code, 16)) for code in codes.split(","))


CLASSES: Final = RangeMap(table.CLASSES)
JOINING: Final = RangeMap(table.JOINING)
INDIC: Final = RangeMap(table.INDIC)
IDEOGRAPHS: Final = RangeMap(table.IDEOGRAPHS)
EMOJI: Final = RangeMap(table.EMOJI)
PICTOGRAPHS: Final = RangeMap(table.PICTOGRAPHS)
_COMBINING: Final = RangeMap(table.COMBINING)
_DECOMPOSITIONS: Final = _parse_map(table.DECOMPOSITIONS)
_COMPOSITIONS: Final = _parse_map(table.COMPOSITIONS)
_FOLDINGS: Final = _parse_map(table.FOLDINGS)


def is_word_character(character: str) -> bool:
    """Whether the character is a letter or a digit."""
    return CLASSES.get(character) == "L"


def is_mark(character: str) -> bool:
    """Whether the character is a combining mark that takes no room of its own."""
    return CLASSES.get(character) == "M"


def combining_class(character: str) -> int:
    """The canonical combining class; 9 is a virama."""
    return int(_COMBINING.get(character) or 0)


def casefold(text: str) -> str:
    """`str.casefold`, by the table."""
    return text.lower() if text.isascii() else "".join(_FOLDINGS.get(character, character) for character in text)


def nfkd(text: str) -> str:
    """The compatibility decomposition of ``text`` (Unicode's NFKD)."""
    return text if text.isascii() else "".join(_decomposed(text))


@lru_cache(maxsize=4096)
def nfkc(text: str) -> str:
    """The compatibility composition of ``text`` (Unicode's NFKC)."""
    return text if text.isascii() else "".join(_composed(_decomposed(text)))


def _decomposed(text: str) -> list[str]:
    """The characters of the decomposition, each run of marks in the order of their classes."""
    characters = [part for character in text for part in _parts(character)]
    start = 0
    for index, character in enumerate([*characters, ""]):
        if not character or not combining_class(character):
            characters[start:index] = sorted(characters[start:index], key=combining_class)
            start = index
    return characters


def _parts(character: str) -> Iterator[str]:
    index = ord(character) - _HANGUL
    if not 0 <= index < _SYLLABLES:
        yield from _DECOMPOSITIONS.get(character, character)
        return
    yield chr(_LEADING + index // (_VOWELS * _TRAILINGS))
    yield chr(_VOWEL + index // _TRAILINGS % _VOWELS)
    if index % _TRAILINGS:
        yield chr(_TRAILING + index % _TRAILINGS)


def _composed(characters: list[str]) -> list[str]:
    """Compose in place each starter with what follows it, unless something of the same class stands between."""
    done: list[str] = []
    starter = -1
    last_class = 0
    for character in characters:
        own_class = combining_class(character)
        is_free = starter == len(done) - 1 or last_class < own_class
        composed = _pair(done[starter], character) if starter >= 0 and is_free else ""
        if composed:
            done[starter] = composed
            continue
        if own_class == 0:
            starter = len(done)
        last_class = own_class
        done.append(character)
    return done


def _pair(first: str, second: str) -> str:
    """The character that the two compose, or ""."""
    leading, vowel = ord(first) - _LEADING, ord(second) - _VOWEL
    if 0 <= leading < _LEADINGS and 0 <= vowel < _VOWELS:
        return chr(_HANGUL + (leading * _VOWELS + vowel) * _TRAILINGS)
    syllable, trailing = ord(first) - _HANGUL, ord(second) - _TRAILING
    if 0 <= syllable < _SYLLABLES and syllable % _TRAILINGS == 0 and 0 < trailing < _TRAILINGS:
        return chr(ord(first) + trailing)
    return _COMPOSITIONS.get(first + second, "")
