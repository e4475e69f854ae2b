"""The built-in word packs, word by word."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from gameplay.words import builtin
from gameplay.words.wordlist import read_table, word_key

MANIFEST = read_table((builtin.PACKS_DIR / builtin.MANIFEST).read_text(encoding="utf-8"))
PACK_IDS = [row.cells["pack_id"] for row in MANIFEST.rows]

SPELLINGS = """
color/colour gray/grey tire/tyre airplane/aeroplane pajamas/pyjamas mustache/moustache donut/doughnut
jewelry/jewellery neighbor/neighbour theater/theatre center/centre meter/metre plow/plough omelet/omelette
yogurt/yoghurt licorice/liquorice cozy/cosy program/programme catalog/catalogue armor/armour harbor/harbour
fiber/fibre sulfur/sulphur mold/mould caliber/calibre woolen/woollen dialog/dialogue pediatrician/paediatrician
"""
NAMES_OF_ONE_THING = """
elevator/lift cookie/biscuit truck/lorry faucet/tap flashlight/torch eggplant/aubergine zucchini/courgette
sneakers/trainers diaper/nappy eraser/rubber vacation/holiday candy/sweets subway/underground sidewalk/pavement
stroller/pram sofa/couch soccer/football fall/autumn movie/film gasoline/petrol highway/motorway trash/rubbish
ladybug/ladybird popsicle/icelolly mailbox/letterbox wrench/spanner drugstore/pharmacy cab/taxi rabbit/bunny
motorcycle/motorbike bicycle/bike television/tv telephone/phone photograph/photo mathematics/maths
refrigerator/fridge hippopotamus/hippo rhinoceros/rhino firefighter/fireman policeofficer/policeman
bookstore/bookshop fireengine/firetruck barbecue/bbq
"""

NAMES = """
monday tuesday wednesday thursday friday saturday sunday january february april june july september
october november december christmas easter halloween hanukkah ramadan english french german spanish italian chinese
japanese american british danish dutch swedish turkish indian mexican europe africa asia america australia london
paris rome berlin disney lego barbie google facebook youtube instagram frisbee velcro thermos jacuzzi hoover kleenex
"""


class Entry(NamedTuple):
    """A word and its place."""

    pack_id: str
    text: str
    difficulty: str


def read_entries() -> Iterator[Entry]:
    for pack_id in PACK_IDS:
        path = builtin.PACKS_DIR / f"{pack_id}.csv"
        for word in builtin.read_pack(path, path.read_bytes()):
            yield Entry(pack_id, word.text, word.difficulty)


ENTRIES = list(read_entries())


def stem(text: str) -> str:
    """A word without its plural or -ing ending: guessers take both for one word."""
    key = word_key(text)
    if key.endswith("ing") and len(key) > 5:
        key = key[:-3]
        if key[-1] == key[-2] and key[-1] not in "ls":
            key = key[:-1]
    elif key.endswith("ies") and len(key) > 4:
        key = key[:-3] + "y"
    elif re.search(r"(s|x|z|ch|sh)es$", key):
        key = key[:-2]
    elif key.endswith("s") and not key.endswith("ss"):
        key = key[:-1]
    return key.removesuffix("e")


def pairs(text: str) -> list[list[str]]:
    return [pair.split("/") for pair in text.split()]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ice cream", "ice-cream"),
        ("Box", "boxes"),
        ("Cherry", "Cherries"),
        ("Horse", "horses"),
        ("Swim", "swimming"),
        ("Dance", "Dancing"),
        ("Ski", "Skiing"),
    ],
)
def test_stems_reveal_near_duplicates(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_there_are_enough_packs_and_words() -> None:
    assert len(PACK_IDS) >= 12
    assert "default_animals" in PACK_IDS
    assert len({stem(entry.text) for entry in ENTRIES}) >= 1650


def test_the_manifest_lists_exactly_the_files_there_are() -> None:
    files = {path.stem for path in builtin.PACKS_DIR.glob("*.csv")} - {"packs"}
    assert files == set(PACK_IDS)


def test_some_packs_are_chosen_by_default_and_the_animals_are_among_them() -> None:
    defaults = [row.cells["pack_id"] for row in MANIFEST.rows if row.cells["default"] == "yes"]
    assert "default_animals" in defaults
    assert 3 <= len(defaults) < len(PACK_IDS)


def test_no_pack_repeats_a_word_in_another_form() -> None:
    places: dict[str, list[Entry]] = {}
    for entry in ENTRIES:
        places.setdefault(stem(entry.text), []).append(entry)
    assert [twins for twins in places.values() if len(twins) > 1] == []


def test_no_pack_has_two_words_for_one_thing() -> None:
    stems = {stem(entry.text) for entry in ENTRIES}
    both = [pair for pair in pairs(SPELLINGS + NAMES_OF_ONE_THING) if {stem(name) for name in pair} <= stems]
    assert both == []


def test_spelling_is_not_mixed_even_inside_phrases() -> None:
    tokens = {stem(token) for entry in ENTRIES for token in re.split(r"[ '-]", entry.text)}
    assert [pair for pair in pairs(SPELLINGS) if {stem(spelling) for spelling in pair} <= tokens] == []


@pytest.mark.parametrize("pack_id", PACK_IDS)
def test_every_pack_is_large_enough_and_spreads_over_the_difficulties(pack_id: str) -> None:
    counts = Counter(entry.difficulty for entry in ENTRIES if entry.pack_id == pack_id)
    total = counts.total()
    assert total >= 100
    assert min(counts["easy"], counts["medium"], counts["hard"]) >= total * 0.18
    assert max(counts.values()) <= total * 0.5


def test_words_are_spelled_consistently_and_are_not_proper_names() -> None:
    for entry in ENTRIES:
        first, rest = entry.text[0], entry.text[1:]
        assert first.isupper(), entry
        assert rest == rest.lower(), f"{entry} looks like a proper name"
        assert re.fullmatch(r"[A-Za-z' -]+", entry.text), entry
        assert len(entry.text) <= 28, f"{entry} does not fit a phone"
        assert not {stem(token) for token in re.split(r"[ '-]", entry.text)} & {stem(name) for name in NAMES.split()}, (
            entry
        )


def test_harder_words_are_longer_on_average() -> None:
    """Difficulty is a judgement, but hard words are rarer, and rare words are longer."""
    lengths = {
        level: [len(word_key(entry.text)) for entry in ENTRIES if entry.difficulty == level]
        for level in ("easy", "medium", "hard")
    }
    easy, medium, hard = (sum(found) / len(found) for found in lengths.values())
    assert easy + 1 < medium
    assert easy + 1 < hard


def test_easy_words_are_plain() -> None:
    """A child of six reads them: at most three words, none longer than twelve letters."""
    for entry in ENTRIES:
        if entry.difficulty == "easy":
            tokens = re.split(r"[ -]", entry.text)
            assert len(tokens) <= 3, entry
            assert max(len(token) for token in tokens) <= 12, entry
