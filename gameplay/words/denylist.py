"""Words that no name may contain, whatever they are dressed up as. Administrators edit them, per language."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

from gameplay.engine.confusables import skeleton

EVERY_LANGUAGE: Final = ""

_DIGITS: Final = str.maketrans("0134578", "oleastb")
_SIGNS: Final = str.maketrans("@$€!+", "aselt")
_LETTERS: Final = re.compile(r"[^\W_]+")


class DeniedWord(NamedTuple):
    """A word of the list. ``anywhere``: inside other words too; else only as a word by itself."""

    text: str
    language: str = EVERY_LANGUAGE
    anywhere: bool = False


class DenyList:
    """The words that are in force."""

    def __init__(self, words: Iterable[DeniedWord] = ()) -> None:
        self._anywhere: dict[str, set[str]] = {}
        self._alone: dict[str, set[str]] = {}
        for word in words:
            if key := denial_key(word.text):
                (self._anywhere if word.anywhere else self._alone).setdefault(word.language, set()).add(key)

    def forbids(self, name: str, language: str) -> bool:
        """Whether ``name`` contains a word of this language's list, or of the one for every language."""
        return any(self._forbids(words, language) for words in (tokenize(name), tokenize(name.translate(_SIGNS))))

    def _forbids(self, words: list[str], language: str) -> bool:
        run_together = "".join(words)
        for listed_in in (EVERY_LANGUAGE, language):
            if not self._alone.get(listed_in, set()).isdisjoint((*words, run_together)):
                return True
            if any(key in run_together for key in self._anywhere.get(listed_in, ())):
                return True
        return False


def denial_key(text: str) -> str:
    """What all spellings of a word share, "" if it has neither letters nor digits."""
    return "".join(tokenize(text))


def tokenize(text: str) -> list[str]:
    """The words of ``text`` as they read: without accents, letters that look alike, and digits in place of letters."""
    folded = skeleton(unicodedata.normalize("NFKC", text).casefold()).casefold().translate(_DIGITS)
    plain = "".join(char for char in folded if unicodedata.category(char) != "Mn").replace("i", "l")
    return _LETTERS.findall(plain)
