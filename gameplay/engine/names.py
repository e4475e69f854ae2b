"""The rule for names of people and teams: normalisation, validation, and uniqueness in a room (docs/spec.md §8.7).

It goes by the project's own Unicode table, so that every Python accepts the same names.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from gameplay.engine.confusables import confusable_forms, has_imitations
from gameplay.engine.errors import NameInvalid, NameTaken
from gameplay.engine.invisibles import JOINERS, drop_idle, is_invisible
from gameplay.engine.unicode_text import CLASSES, casefold, is_mark, nfkc, nfkd

if TYPE_CHECKING:
    from gameplay.engine.model import FormerPlayer, Member, Room
    from gameplay.engine.ports import DenyList

MAX_VISIBLE: Final = 20
MAX_CODE_POINTS: Final = 40
MAX_RAW: Final = 200
MAX_MARKS_IN_A_ROW: Final = 4

_WHITE_SPACE: Final = " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"


def clean(name: str) -> str:
    """Normalise ``name``: NFKC, no invisible characters without a function, single spaces, trimmed.

    Raises `NameInvalid` unless 1–20 visible characters remain, for control, bidi and blank characters, and for more
    than `MAX_MARKS_IN_A_ROW` combining marks on one character.
    """
    text = "" if len(name) > MAX_RAW else _normalize(name)
    if not all(map(_is_allowed, text)):
        raise NameInvalid("This name has characters that cannot be shown. Type it with letters, digits or emoji.")
    visible = sum(not is_invisible(character) and not is_mark(character) for character in text)
    if not 1 <= visible <= MAX_VISIBLE or len(text) > MAX_CODE_POINTS:
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


def claim(room: Room, name: str, denied: DenyList, own_id: str = "") -> str:
    """`clean_permitted` in the room's language, for a new member, or for the one with the id ``own_id``.

    Raises `NameInvalid`, and `NameTaken` if the name is the same as that of another member or former player, or looks
    like it.
    """
    text = clean_permitted(name, room.settings.language, denied)
    other = owner(room, text, own_id)
    if other is None:
        return text
    if are_equal(text, other.name):
        raise NameTaken(
            "Somebody here already has this name. Take another one.", is_claimable=is_claimable(room, other)
        )
    raise NameTaken(f"This name looks like {other.name}. Take another one.", looks_like=other.name)


def owner(room: Room, name: str, own_id: str = "") -> Member | FormerPlayer | None:
    """The member or former player other than ``own_id`` who has this name, or else one that looks like it."""
    others = [other for other in room.known_players if other.id != own_id]
    is_same = next((other for other in others if are_equal(name, other.name)), None)
    return is_same or next((other for other in others if are_confusable(name, other.name)), None)


def is_claimable(room: Room, other: Member | FormerPlayer) -> bool:
    """Whether a newcomer may claim this seat: its owner is away, and not the host."""
    member = room.members.get(other.id)
    return other.id != room.host_id and (member is None or not member.connected)


def are_equal(one: str, other: str) -> bool:
    """Whether these names differ only in case, or in characters that nobody sees."""
    return _key(one) == _key(other)


def are_confusable(one: str, other: str) -> bool:
    """Whether people cannot tell these names apart, ignoring case.

    What looks alike in plain letters, such as ``rn`` and ``m``, counts only where one of the two names also has letters
    that imitate other letters: Marn and Mam are two names.
    """
    if are_equal(one, other):
        return True
    seen, other_seen = _visible_text(one), _visible_text(other)
    if not has_imitations(seen) and not has_imitations(other_seen):
        return False
    return not _forms(seen).isdisjoint(_forms(other_seen))


@lru_cache(maxsize=4096)
def _forms(text: str) -> frozenset[str]:
    return confusable_forms(text)


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return nfkc(casefold(nfkc(casefold(nfkd(_visible_text(name))))))


@lru_cache(maxsize=4096)
def _visible_text(name: str) -> str:
    return nfkc("".join(character for character in name if not is_invisible(character)))


def _normalize(name: str) -> str:
    """Drop, compose and trim until nothing changes: what is dropped may let others meet."""
    before, text = "", name
    while before != text:
        before = text
        text = drop_idle(nfkc(text))
        text = " ".join(part for part in text.strip(_WHITE_SPACE).split(" ") if part)
    return text


def _longest_run_of_marks(text: str) -> int:
    longest = run = 0
    for character in text:
        if character not in JOINERS:
            run = run + 1 if is_mark(character) else 0
            longest = max(longest, run)
    return longest


def _is_allowed(character: str) -> bool:
    return character == " " or bool(CLASSES.get(character))
