"""Generator of ``gameplay/engine/unicode_table.py``: the Unicode data that the rule for names goes by.

``make unicode`` runs it. It reads the pinned packages ``unicodedata2`` and ``regex``, which have to be of one Unicode
version, and never the interpreter's ``unicodedata``.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Final

import regex
import unicodedata2
from regex import _regex, _regex_core

FILE: Final = Path(__file__).parents[1] / "gameplay" / "engine" / "unicode_table.py"

CODE_POINTS: Final = (*range(0x40000), *range(0xE0000, 0xE1000))
"""All that is assigned, but for private use."""

EVERYTHING: Final = "".join(map(chr, CODE_POINTS))
SURROGATES: Final = range(0xD800, 0xE000)
HANGUL: Final = range(0xAC00, 0xD7A4)
OVERRIDES: Final = frozenset([*range(0x202A, 0x202F), 0x2066, 0x2067])
BLANKS: Final = frozenset([0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0])

HEAD: Final = '''"""The Unicode data that the rule for names goes by, in plain hexadecimal.

``make unicode`` writes this file: do not edit. A range is ``first-last``, or one code point; `unicode_text` reads it.
"""

from typing import Final

UNICODE_VERSION: Final = "{version}"
'''

Property = Callable[[int], str]


def module() -> str:
    """The text of the generated module."""
    parts = [HEAD.format(version=unicodedata2.unidata_version)]
    for name, doc, tokens in sections():
        lines = wrap(" ".join(tokens), 116, break_on_hyphens=False)
        parts.append(f'{name}: Final = """\n' + "\n".join(lines) + f'\n"""\n"""{doc}"""\n')
    return "\n".join(parts)


def sections() -> Iterator[tuple[str, str, list[str]]]:
    """Name, docstring and tokens of each table."""
    yield (
        "CLASSES",
        "``range=class``: L letter or digit, M mark that takes no room, C mark that takes room, S sign, P place kept\n"
        "for a future emoji, I invisible and harmless. What is in no range may not be in a name.",
        ranges(class_of),
    )
    yield "COMBINING", "``range=class``: the canonical combining classes but 0.", ranges(combining_class)
    yield (
        "DECOMPOSITIONS",
        "``character=its full compatibility decomposition``; Hangul syllables are computed.",
        [f"{code:X}={hexed(text)}" for code in characters() if (text := decomposition(code))],
    )
    yield (
        "COMPOSITIONS",
        "``first,second=character``: the pairs that NFC composes; Hangul syllables are computed.",
        [f"{hexed(pair)}={code:X}" for code in characters() if (pair := composed_pair(code))],
    )
    yield (
        "FOLDINGS",
        "``character=its full case folding``.",
        [f"{code:X}={hexed(text)}" for code in characters() if (text := folding(code))],
    )
    yield "JOINING", "``range=type``: Arabic joining types D, L, R and C.", ranges(joining_type)
    yield "INDIC", "Letters, signs and marks of scripts that write with a virama.", ranges(indic)
    yield "IDEOGRAPHS", "Han characters.", ranges(has("Script=Han"))
    yield "EMOJI", "Characters that a variation selector draws as emoji or as text.", ranges(has("Emoji"))
    pictographs = ranges(has("Extended_Pictographic"))
    yield "PICTOGRAPHS", "Extended_Pictographic: what emoji sequences are made of.", pictographs


def characters() -> Iterator[int]:
    """All code points that can stand in a text, without Hangul syllables."""
    return (code for code in CODE_POINTS if code not in SURROGATES and code not in HANGUL)


def class_of(code: int) -> str:
    """The class of a character in names; "" for one that may not be in them."""
    category = unicodedata2.category(chr(code))
    if code in OVERRIDES or code in BLANKS:
        return ""
    if category == "Cn":
        return "P" if code in matching("Extended_Pictographic") else ""
    if code in matching("Default_Ignorable_Code_Point"):
        return "I"
    if category in ("Mn", "Me"):
        return "M"
    return {"L": "L", "N": "L", "M": "C", "P": "S", "S": "S"}.get(category[0], "")


def combining_class(code: int) -> str:
    return str(unicodedata2.combining(chr(code)) or "")


def decomposition(code: int) -> str:
    text = unicodedata2.normalize("NFKD", chr(code))
    return "" if text == chr(code) else text


def composed_pair(code: int) -> str:
    mapping = unicodedata2.decomposition(chr(code)).split()
    if len(mapping) != 2 or mapping[0].startswith("<") or unicodedata2.normalize("NFC", chr(code)) != chr(code):
        return ""
    return "".join(chr(int(part, 16)) for part in mapping)


def folding(code: int) -> str:
    # The package leaves these two to the locale.
    text = {0x49: "i", 0x130: "i\u0307"}.get(code) or _regex.fold_case(_regex_core.FULL_CASE_FOLDING, chr(code))
    return "" if text == chr(code) else text


def indic(code: int) -> str:
    return "+" if code >= 0x900 and code not in matching("Indic_Syllabic_Category=Other") else ""


def joining_type(code: int) -> str:
    return next((letter for letter in "DLRC" if code in matching(f"Joining_Type={letter}")), "")


def has(name: str) -> Property:
    """A property of Unicode as a function: "+" for the characters that have it, else ""."""
    having = matching(name)
    return lambda code: "+" if code in having else ""


@cache
def matching(name: str) -> frozenset[int]:
    """The code points that have a property, by its name in a regular expression."""
    found = regex.finditer(rf"\p{{{name}}}+", EVERYTHING)
    return frozenset(ord(character) for match in found for character in match[0])


def ranges(of: Property) -> list[str]:
    """The ranges of code points for which ``of`` returns a text, each with this text unless that is "+"."""
    found = []
    for value, group in groupby(CODE_POINTS, of):
        if value:
            codes = list(group)
            extent = f"{codes[0]:X}" if len(codes) == 1 else f"{codes[0]:X}-{codes[-1]:X}"
            found.append(extent if value == "+" else f"{extent}={value}")
    return found


def hexed(text: str) -> str:
    return ",".join(f"{ord(character):X}" for character in text)


def main() -> None:
    """Write the module anew."""
    FILE.write_text(module())
    print(f"{FILE.name}: Unicode {unicodedata2.unidata_version}")


if __name__ == "__main__":
    main()
