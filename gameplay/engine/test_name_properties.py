"""The rule for names as properties: scripts, emoji sequences, invisible characters, look-alikes."""

import string

import pytest
import regex
import unicodedata2
from hypothesis import assume, given
from hypothesis import strategies as st

from gameplay.engine.confusables import CONFUSABLES, has_imitations
from gameplay.engine.errors import NameInvalid
from gameplay.engine.names import are_confusable, are_equal, clean
from gameplay.engine.unicode_text import INDIC

ZERO_WIDTH_NON_JOINER = "\u200c"
ZERO_WIDTH_JOINER = "\u200d"
EMOJI_STYLE = "\ufe0f"
EVERYTHING = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x40000))))


def having(name: str) -> str:
    """All characters with a property of Unicode, by its name in a regular expression."""
    return "".join(regex.findall(rf"\p{{{name}}}", EVERYTHING))


IDLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2064\u2068\u2069\ufeff\ufe00\ufe0f\U000e0041"
)
OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067"
CONTROLS = "\0\a\b\x1b\x7f\x80\x9f\ue000\ufffe\ufdd0\U000f0000"
SCRIPTS = (
    "Latin", "Greek", "Cyrillic", "Armenian", "Georgian", "Hebrew", "Arabic", "Syriac", "Thaana", "Ethiopic",
    "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala", "Thai",
    "Lao", "Tibetan", "Myanmar", "Khmer", "Mongolian", "Cherokee", "Han", "Hangul", "Hiragana", "Katakana", "Bopomofo",
    "Yi", "Adlam", "Osage", "Garay",
)  # fmt: skip
LETTERS = {
    script: [
        char
        for char in having(f"Script={script}")
        if unicodedata2.category(char)[0] in "LN" and char not in "\u115f\u1160\u3164\uffa0"
    ]
    for script in SCRIPTS
}
PICTOGRAPHS = [char for char in having("Extended_Pictographic") if unicodedata2.normalize("NFKC", char) == char]
STYLED = frozenset(having("Emoji"))
RESERVED_PICTOGRAPHS = [char for char in PICTOGRAPHS if unicodedata2.category(char) == "Cn"]
SKIN_TONES = "🏻🏼🏽🏾🏿"
JOINING_LETTERS = [
    char
    for char in having("Joining_Type=D")
    if unicodedata2.category(char) == "Lo" and unicodedata2.normalize("NFKC", char) == char
]
VIRAMAS = {
    "Devanagari": "\u094d", "Bengali": "\u09cd", "Gurmukhi": "\u0a4d", "Gujarati": "\u0acd", "Tamil": "\u0bcd",
    "Telugu": "\u0c4d", "Kannada": "\u0ccd", "Malayalam": "\u0d4d", "Sinhala": "\u0dca",
}  # fmt: skip


@st.composite
def emoji(draw: st.DrawFn) -> str:
    """An emoji, with or without a skin tone or a style."""
    return draw(st.sampled_from(PICTOGRAPHS)) + draw(st.sampled_from(["", *SKIN_TONES]))


@st.composite
def emoji_sequences(draw: st.DrawFn) -> str:
    """One to four emoji that are joined into one picture."""
    return ZERO_WIDTH_JOINER.join(draw(st.lists(emoji(), min_size=1, max_size=4)))


latin_names = st.text(string.ascii_letters, min_size=1, max_size=12)


@given(latin_names, latin_names)
def test_two_plain_names_are_the_same_only_if_they_differ_in_case_alone(one, other):
    assert are_confusable(one, other) == (one.lower() == other.lower())


@given(st.sampled_from(["rn m", "vv w", "I l", "1 l", "0 O", "| l"]), latin_names, latin_names)
def test_what_looks_alike_in_plain_letters_makes_two_names(pair, start, end):
    one, other = (start + letters + end for letters in pair.split())
    assume(one.lower() != other.lower())
    assert not are_confusable(one, other)


@given(st.sampled_from(sorted(CONFUSABLES)), st.data(), latin_names, latin_names)
def test_a_letter_that_imitates_another_is_seen_through(letter, data, start, end):
    twin = data.draw(st.sampled_from(CONFUSABLES[letter]))
    assume(not twin.isascii())
    assert are_confusable(start + letter + end, start + twin + end)
    assert has_imitations(start + twin + end)


@given(st.sampled_from(SCRIPTS), st.data())
def test_letters_of_every_script_make_a_name(script, data):
    name = data.draw(st.text(LETTERS[script], min_size=1, max_size=6))
    composed = unicodedata2.normalize("NFKC", name)
    assume(
        all(char == " " or unicodedata2.category(char)[0] in "LN" for char in composed)
        and composed.strip(" ") == composed
    )
    assume("  " not in composed and len(composed) <= 20)
    assert clean(name) == composed


@given(st.lists(emoji_sequences(), min_size=1, max_size=2))
def test_emoji_sequences_stay_as_they_are(sequences):
    name = "".join(sequences)
    assert clean(name) == name


@given(emoji_sequences(), st.text(string.ascii_letters, min_size=1, max_size=8))
def test_an_emoji_beside_a_name_keeps_its_joiners(sequence, name):
    assert clean(f"{name} {sequence}") == f"{name} {sequence}"


@given(st.sampled_from(PICTOGRAPHS))
def test_every_emoji_is_a_name_alone_and_in_its_style(pictograph):
    assert clean(pictograph) == pictograph
    if pictograph in STYLED:
        assert clean(pictograph + EMOJI_STYLE) == pictograph + EMOJI_STYLE


def test_places_that_unicode_keeps_for_emoji_are_welcome():
    assert len(RESERVED_PICTOGRAPHS) > 500
    assert [char for char in RESERVED_PICTOGRAPHS if clean(f"Bob {char}") != f"Bob {char}"] == []


@given(latin_names, st.lists(st.tuples(st.integers(0, 12), st.sampled_from(IDLE)), max_size=8))
def test_invisible_characters_in_a_latin_name_are_dropped(name, inserted):
    characters = list(name)
    for place, char in inserted:
        characters.insert(place, char)
    assert clean("".join(characters)) == name


@given(st.sampled_from(SCRIPTS), st.sampled_from(IDLE.replace(EMOJI_STYLE, "")), st.data())
def test_invisible_characters_around_a_name_of_any_script_are_dropped(script, invisible, data):
    assume(invisible not in (ZERO_WIDTH_JOINER, "\ufe00"))
    try:
        name = clean(data.draw(st.text(LETTERS[script], min_size=1, max_size=6)))
    except NameInvalid:
        assume(False)
    assert clean(f"{invisible} {name} {invisible}") == name
    assert clean(f"{invisible}{name}{invisible}") == name


@given(latin_names, st.integers(0, 12), st.sampled_from(OVERRIDES + CONTROLS))
def test_overrides_and_controls_are_refused_wherever_they_stand(name, place, char):
    with pytest.raises(NameInvalid):
        clean(name[:place] + char + name[place:])


@given(st.lists(st.text(JOINING_LETTERS, min_size=1, max_size=4), min_size=2, max_size=3))
def test_persian_keeps_what_holds_two_letters_apart(parts):
    name = ZERO_WIDTH_NON_JOINER.join(parts)
    assert clean(name) == name


@given(st.sampled_from(sorted(VIRAMAS)), st.sampled_from([ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER]), st.data())
def test_indic_scripts_keep_joiners_after_a_virama(script, joiner, data):
    consonant = st.sampled_from([char for char in LETTERS[script] if char in INDIC and char.isalpha()])
    first, second = data.draw(consonant), data.draw(consonant)
    name = unicodedata2.normalize("NFKC", first + VIRAMAS[script] + joiner + second)
    assert clean(name) == name


@given(st.text(st.sampled_from(IDLE + OVERRIDES + "aé\u0301 ب\u0915\u094d🙂❤"), max_size=30))
def test_a_clean_name_has_no_invisible_character_twice_in_a_row_and_none_that_turns_text(text):
    try:
        name = clean(text)
    except NameInvalid:
        return
    assert clean(name) == name
    assert not set(name) & set(OVERRIDES + "\u061c\u200b\u200e\u200f\u2068\u2069\ufeff\u00ad")
    assert not regex.search(r"[\u200c\u200d]{2}", name)
    assert name == name.strip()


@given(st.text(max_size=20), st.sampled_from(IDLE))
def test_names_that_differ_in_what_nobody_sees_are_equal(name, char):
    assert are_equal(name, name + char)
    assert are_equal(name, char + name)
