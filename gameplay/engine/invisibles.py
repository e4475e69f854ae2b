"""Invisible characters in names: which of them have a function where they stand, and which are dropped."""

from collections.abc import Iterable
from typing import Final

from gameplay.engine.unicode_text import CLASSES, EMOJI, IDEOGRAPHS, INDIC, JOINING, PICTOGRAPHS, combining_class

ZERO_WIDTH_NON_JOINER: Final = "\u200c"
ZERO_WIDTH_JOINER: Final = "\u200d"
JOINERS: Final = frozenset((ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER))

_NOTHING: Final = " "
_VIRAMA: Final = 9
_JOINING_FORWARD: Final = frozenset("DLC")
_JOINING_BACK: Final = frozenset("DRC")
_SKIN_TONES: Final = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
_EMOJI_STYLES: Final = frozenset("\ufe0e\ufe0f")
_STANDARD_VARIANTS: Final = frozenset(map(chr, range(0xFE00, 0xFE0E)))
_MONGOLIAN_VARIANTS: Final = frozenset("\u180b\u180c\u180d\u180f")
_MONGOLIAN: Final = range(0x1800, 0x18B0)
_IDEOGRAPHIC_VARIANTS: Final = frozenset(map(chr, range(0xE0100, 0xE01F0)))
_BLACK_FLAG: Final = "\U0001f3f4"
_TAGS: Final = frozenset(map(chr, (*range(0xE0030, 0xE003A), *range(0xE0061, 0xE007B))))
_TAG_END: Final = "\U000e007f"
_REGION_LENGTHS: Final = range(3, 7)


def is_invisible(character: str) -> bool:
    """Whether the character is invisible and harmless; overrides and controls are neither."""
    return CLASSES.get(character) == "I"


def drop_idle(text: str) -> str:
    """``text`` without the invisible characters that change nothing where they stand.

    Kept are joiners inside emoji, between letters that join and beside a virama, selectors of a form that the character
    before has, and the tags of a region's flag.
    """
    if text.isascii():
        return text
    kept: list[str] = []
    index = 0
    while index < len(text):
        part = _region_flag(text, index) or text[index]
        index += len(part)
        if not is_invisible(part[0]) or _has_function(part, kept, text[index:]):
            kept.extend(part)
    return "".join(kept)


def _has_function(character: str, before: list[str], after: str) -> bool:
    if not before:
        return False
    if character in JOINERS:
        return before[-1] not in JOINERS and _connects(character, before, after)
    return _selects(character, before[-1])


def _selects(selector: str, base: str) -> bool:
    """Whether this is a variation selector that may choose a form of ``base``."""
    if selector in _EMOJI_STYLES:
        return base in EMOJI
    if selector in _IDEOGRAPHIC_VARIANTS:
        return base in IDEOGRAPHS
    if selector in _MONGOLIAN_VARIANTS:
        return ord(base) in _MONGOLIAN
    return selector in _STANDARD_VARIANTS and not base.isascii() and CLASSES.get(base) in ("L", "S")


def _connects(joiner: str, before: list[str], after: str) -> bool:
    """Whether the joiner makes or breaks a connection where it stands."""
    following = next((character for character in after if not is_invisible(character)), _NOTHING)
    if joiner == ZERO_WIDTH_JOINER and following in PICTOGRAPHS and _emoji_base(before) in PICTOGRAPHS:
        return True
    if before[-1] in INDIC and _shapes_indic(joiner, before[-1], following):
        return True
    joins_before = _joining_type(reversed(before)) in _JOINING_FORWARD
    joins_after = _joining_type(after) in _JOINING_BACK
    return joins_before and joins_after if joiner == ZERO_WIDTH_NON_JOINER else joins_before != joins_after


def _shapes_indic(joiner: str, before: str, following: str) -> bool:
    """Whether the joiner asks for a half form, an open virama or another ligature."""
    if combining_class(before) == _VIRAMA:
        return joiner == ZERO_WIDTH_JOINER or following in INDIC
    return following in INDIC and CLASSES.get(following) in ("M", "C")


def _joining_type(characters: Iterable[str]) -> str:
    """The joining type of the first character that is not transparent; "" if there is none, or it does not join."""
    base = next((character for character in characters if CLASSES.get(character) not in ("M", "I")), _NOTHING)
    return JOINING.get(base)


def _emoji_base(before: list[str]) -> str:
    """The character that the selector, skin tone, keycap or tags before a joiner belong to."""
    return next((character for character in reversed(before) if not _extends_emoji(character)), _NOTHING)


def _extends_emoji(character: str) -> bool:
    return character in _SKIN_TONES or CLASSES.get(character) in ("M", "I")


def _region_flag(text: str, index: int) -> str:
    """The flag that starts at ``index`` with all its tags, such as Scotland's; "" if none does."""
    if text[index] != _BLACK_FLAG:
        return ""
    end = index + 1
    while end < len(text) and text[end] in _TAGS:
        end += 1
    is_complete = end - index - 1 in _REGION_LENGTHS and text[end : end + 1] == _TAG_END
    return text[index : end + 1] if is_complete else ""
