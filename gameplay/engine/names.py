"""Names of people and teams: normalisation, validation, and uniqueness in a room."""

import unicodedata
from functools import lru_cache

from gameplay.engine.confusables import confusable_forms
from gameplay.engine.errors import NameInvalid, NameTaken
from gameplay.engine.model import Room
from gameplay.engine.ports import DenyList

MAX_VISIBLE = 20
MAX_CODE_POINTS = 40
MAX_RAW = 200
MAX_MARKS_IN_A_ROW = 4
JOINERS = frozenset("\u200c\u200d")
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
MARKS = ("Mn", "Me")
INVISIBLE = frozenset((*JOINERS, "\u034f", *map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0))))
"""Characters that emoji and some scripts need, but that do not distinguish two names."""


def clean(name: str) -> str:
    """Normalise ``name`` (NFKC, single spaces, trimmed).

    Raises `NameInvalid` unless 1–20 visible characters remain, for control, bidi and blank characters, and for more
    than `MAX_MARKS_IN_A_ROW` combining marks on one character.
    """
    text = " ".join(part for part in unicodedata.normalize("NFKC", name[: MAX_RAW + 1]).strip().split(" ") if part)
    if len(name) > MAX_RAW or len(text) > MAX_CODE_POINTS or not all(map(_is_allowed, text)):
        raise NameInvalid("A name has 1 to 20 visible characters.")
    visible = [character for character in text if character not in INVISIBLE and not _is_mark(character)]
    if not 1 <= len(visible) <= MAX_VISIBLE or all(character == " " for character in visible):
        raise NameInvalid("A name has 1 to 20 visible characters.")
    if _longest_run_of_marks(text) > MAX_MARKS_IN_A_ROW:
        raise NameInvalid("This name has too many accents on one character.")
    return text


def clean_permitted(name: str, language: str, denied: DenyList) -> str:
    """`clean`, and raise `NameInvalid` too if the name contains a word that is denied in ``language``."""
    text = clean(name)
    if denied.forbids_name(text, language):
        raise NameInvalid("Please choose another name.")
    return text


def claim(room: Room, name: str, denied: DenyList) -> str:
    """`clean_permitted` in the room's language, for a new member.

    Raises `NameInvalid`, and `NameTaken` if the name is confusable with that of another member.
    """
    text = clean_permitted(name, room.settings.language, denied)
    if any(are_confusable(text, member.name) for member in room.members.values()):
        raise NameTaken("Somebody here already has this name.")
    return text


def are_confusable(one: str, other: str) -> bool:
    """Whether people cannot tell these names apart, ignoring case."""
    return not _confusable_forms(one).isdisjoint(_confusable_forms(other))


@lru_cache(maxsize=4096)
def _confusable_forms(name: str) -> frozenset[str]:
    return confusable_forms(_visible_text(name))


def _visible_text(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(character for character in text if character not in INVISIBLE))


def _longest_run_of_marks(text: str) -> int:
    longest = run = 0
    for character in text:
        if character not in JOINERS:
            run = run + 1 if _is_mark(character) else 0
            longest = max(longest, run)
    return longest


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in MARKS


def _is_allowed(character: str) -> bool:
    if character in JOINERS or character == " ":
        return True
    category = unicodedata.category(character)
    return category[0] not in "CZ" and character not in BLANKS
