"""Names of people: what may stand on every screen of the room."""

import unicodedata

from gameplay.engine.errors import NameInvalid, NameTaken
from gameplay.engine.model import Room

MAX_VISIBLE = 20
MAX_CODE_POINTS = 40
JOINERS = frozenset("\u200c\u200d")
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
INVISIBLE = ("Mn", "Me", "Cf")


def clean(name: str) -> str:
    """``name`` after NFKC, trimming and folding of spaces.

    Raises `NameInvalid` unless 1–20 visible characters remain, none of them a control, bidi or blank character.
    """
    text = " ".join(unicodedata.normalize("NFKC", name[:200]).strip().split(" "))
    if len(text) > MAX_CODE_POINTS or any(not _is_allowed(character) for character in text):
        raise NameInvalid("A name has 1 to 20 visible characters.")
    visible = [character for character in text if unicodedata.category(character) not in INVISIBLE]
    if not 1 <= len(visible) <= MAX_VISIBLE or all(character == " " for character in visible):
        raise NameInvalid("A name has 1 to 20 visible characters.")
    return text


def claim(room: Room, name: str) -> str:
    """The cleaned ``name`` if nobody in the room has it. Raises `NameInvalid`, `NameTaken`."""
    text = clean(name)
    folded = text.casefold()
    if any(member.name.casefold() == folded for member in room.members.values()):
        raise NameTaken("Somebody here already has this name.")
    return text


def _is_allowed(character: str) -> bool:
    if character in JOINERS or character == " ":
        return True
    category = unicodedata.category(character)
    return category[0] not in "CZ" and character not in BLANKS
