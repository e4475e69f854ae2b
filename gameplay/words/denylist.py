"""The deny list of names: words per language, matched whatever accents, look-alikes or digits disguise them."""

from collections.abc import Iterable
from itertools import groupby
from typing import Final, NamedTuple

from gameplay.engine.confusables import skeleton
from gameplay.engine.invisibles import is_invisible
from gameplay.engine.unicode_text import casefold, is_mark, is_word_character, nfkc

EVERY_LANGUAGE: Final = ""

_DIGITS: Final = str.maketrans("0134578", "oleastb")
_SIGNS: Final = str.maketrans("@$€!+", "aselt")


class DeniedWord(NamedTuple):
    """A denied word. ``anywhere``: also inside other words; otherwise only as a whole word."""

    text: str
    language: str = EVERY_LANGUAGE
    anywhere: bool = False


class DenyList:
    """A matcher for the enabled words of the list."""

    def __init__(self, words: Iterable[DeniedWord] = ()) -> None:
        self._anywhere: dict[str, set[str]] = {}
        self._alone: dict[str, set[str]] = {}
        for word in words:
            if key := denial_key(word.text):
                (self._anywhere if word.anywhere else self._alone).setdefault(word.language, set()).add(key)

    def forbids(self, name: str, language: str) -> bool:
        """Whether ``name`` contains a word that is denied in ``language`` or in every language."""
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
    """The key that all spellings of a word share; "" for a text without letters and digits."""
    return "".join(tokenize(text))


def tokenize(text: str) -> list[str]:
    """Split ``text`` into words without accents, look-alikes and digits replaced by the letters that they imitate."""
    folded = casefold(skeleton(casefold(nfkc(text)))).translate(_DIGITS)
    plain = "".join(char for char in folded if not is_mark(char) and not is_invisible(char)).replace("i", "l")
    return ["".join(word) for is_word, word in groupby(plain, is_word_character) if is_word]
