"""Names of people: normalisation, validation, uniqueness."""

import msgspec
import pytest
import unicodedata2
from hypothesis import given
from hypothesis import strategies as st

from gameplay.engine.confusables import CONFUSABLES
from gameplay.engine.errors import NameInvalid, NameTaken
from gameplay.engine.names import are_confusable, clean
from tests.support.game import Game, lobby

ZERO_WIDTH_JOINER = "\u200d"
FAMILY = ZERO_WIDTH_JOINER.join("👨👩👧👦")
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    "name",
    ["Bob", "Zoë", "李雷", "Olga P.", "x", "O'Hara", "नमस्ते", "สวัสดี", "Bob 2", "❤️", FAMILY, "👍🏽",
     "1️⃣", "🇫🇷", SCOTLAND, "🏳️‍🌈", "🧑🏽‍🤝‍🧑🏻",
     "🙂‍↔️", "דנה", "3 נועם", "علی‌رضا", "می‌خواهم", "രാജന്‍", "র‍্যাব", "क्‍ष", "ක්‍රිස්", "葛\U000e0100", "ه‍", "\U0001fae8",
     "\U0001fae9", "\U0001faea", "\U0001facf", "Équipe 🙂 チーム"],
)  # fmt: skip
def test_ordinary_names_stay_as_they_are(name):
    assert clean(name) == name


def test_spaces_around_a_name_are_trimmed():
    assert clean("  Bob \n") == "Bob"


def test_several_spaces_become_one():
    assert clean("Bob    Marley") == "Bob Marley"


def test_compatibility_characters_become_the_usual_ones():
    assert clean("Ｂｏｂ") == "Bob"
    assert clean("\u3000Bob\u3000") == "Bob"


def test_letter_and_accent_become_one_character():
    assert clean("Zoe\u0308") == "Zoë"


def test_twenty_visible_characters_are_the_most():
    assert clean("a" * 20) == "a" * 20
    with pytest.raises(NameInvalid):
        clean("a" * 21)


def test_joiners_of_an_emoji_do_not_count_as_visible():
    assert clean(FAMILY * 5) == FAMILY * 5
    with pytest.raises(NameInvalid):
        clean(FAMILY * 6)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "\u3000",
        "\u200b",
        ZERO_WIDTH_JOINER,
        "\ufe0f",
        "\u034f",
        "\u0301",
        " " + ZERO_WIDTH_JOINER + " ",
        "\u3164",
        "\u2800",
        "\u115f",
        "\u00ad",
    ],
    ids=ascii,
)
def test_an_invisible_name_is_refused(name):
    with pytest.raises(NameInvalid):
        clean(name)


@pytest.mark.parametrize(
    "name",
    [
        "Bo\x00b",
        "Bo\tb",
        "Bo\nb",
        "Bo\x7fb",
        "Bo\x85b",
        "Bo\u2028b",
        "\u202eBob",
        "Bo\u202db",
        "Bo\u2066b",
        "Bo\u2067b",
        "Bo\u202ab",
        "Bo\u202bb",
        "Bob\u202c",
        "Bo\ue000b",
        "Bo\ud800b",
        "Bo\u3164b",
        "Bo\u0378b",
    ],
    ids=ascii,
)
def test_controls_bidi_and_blanks_are_refused(name):
    with pytest.raises(NameInvalid):
        clean(name)


@pytest.mark.parametrize("marks", ["\u0301" * 6, "\u0489" * 5, "\u0316\u0317\u0318\u0319\u031c", "\u0301\u200d" * 6])
def test_more_than_four_accents_in_a_row_are_refused(marks):
    with pytest.raises(NameInvalid):
        clean(f"Z{marks}lgo")


def test_accents_count_towards_the_limit_of_code_points():
    with pytest.raises(NameInvalid):
        clean("q\u0316\u0317\u0318" * 11)


def test_a_very_long_name_is_refused():
    with pytest.raises(NameInvalid):
        clean("B" + " " * 300 + "ob")
    with pytest.raises(NameInvalid):
        clean("a" * 100_000)


def test_the_host_has_to_have_a_name_too():
    assert Game().room.host.name == "Alice"
    with pytest.raises(NameInvalid):
        lobby("\u202eAlice")


@pytest.mark.parametrize(
    "twin",
    [
        "bob",
        "BOB",
        "Ｂｏｂ",
        " Bob ",
        "Bo\u200db",
        "Bob\u200c",
        "Bob\ufe0f",
        "B\u034fob",
    ],
    ids=ascii,
)
def test_a_name_that_looks_like_one_in_the_room_is_taken(twin):
    game = lobby("Bob")
    before = game.saved()
    with pytest.raises(NameTaken):
        game.join(twin)
    assert game.saved() == before


def test_upper_and_lower_case_are_compared_as_all_languages_need_it():
    game = lobby("Strauß", "ΣΊΣΥΦΟΣ")
    for twin in ("STRAUSS", "σίσυφος"):
        with pytest.raises(NameTaken):
            game.join(twin)


def test_the_hosts_name_is_taken():
    with pytest.raises(NameTaken):
        lobby("alice")


def test_names_that_differ_by_an_accent_are_two_names():
    game = lobby("José", "Jose")
    assert [player.name for player in game.room.players] == ["José", "Jose"]


def test_a_name_is_free_again_when_its_owner_has_left():
    game = lobby("Bob", "Carol")
    game.leave("Bob")
    game.join("Bob")
    assert [player.name for player in game.room.players] == ["Carol", "Bob"]


def test_a_lost_connection_keeps_the_name():
    game = lobby("Bob")
    game.drop("Bob")
    with pytest.raises(NameTaken):
        game.join("Bob")


@given(st.text(max_size=60))
def test_cleaning_a_clean_name_changes_nothing(text):
    try:
        name = clean(text)
    except NameInvalid:
        return
    assert clean(name) == name
    assert 1 <= len(name) <= 40


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("alice", "аlice"),  # a Cyrillic а
        ("Alice", "Αlісе"),  # Greek and Cyrillic capitals
        ("Alice", "АIice"),  # a Cyrillic А and a capital I
        ("Alice", "А1ice"),
        ("Alice", "ALICE"),
        ("Bob", "ВОВ"),  # all Cyrillic
        ("Bob", "В0b"),
        ("Zoë", "Zое\u0308"),
        ("Carmen", "Саrrnen"),
        ("Wanda", "VVаnda"),
        ("Опра", "Oпpa"),
        ("Νίκος", "Nίκος"),
        ("Jose", "ꓙose"),
    ],
)
def test_a_name_of_other_letters_that_look_the_same_is_taken(name, twin):
    for first, second in ((name, twin), (twin, name)):
        with pytest.raises(NameTaken):
            lobby(first).join(second)


@pytest.mark.parametrize(
    "pair",
    [
        ("Marn", "Mam"),
        ("Corn", "Com"),
        ("Ernie", "Emie"),
        ("José Corn", "José Com"),
        ("Elise", "EIise"),
        ("Bob", "B0b"),
        ("Al", "AI"),
        ("Player 1", "Player l"),
        ("Wanda", "VVanda"),
        ("Lia", "Ila"),
        ("Ian", "Lan"),
        ("Lisa", "Iisa"),
        ("Ida", "Lda"),
        ("Ali", "Ala"),
        ("Jose", "José"),
        ("Mia", "Міла"),
        ("Сара", "Сава"),
        ("李雷", "李磊"),
        ("Юля", "Юра"),
        ("नमन", "नमिता"),
        ("محمد", "محمود"),
        ("Νίκος", "Νίκη"),
        ("ひろ", "ヒロ"),
    ],
)
def test_names_that_can_be_told_apart_are_both_welcome(pair):
    game = lobby(*pair)
    assert [player.name for player in game.room.players] == list(pair)


@given(st.text(max_size=30))
def test_every_name_looks_like_itself_in_upper_and_lower_case(name):
    assert are_confusable(name, name)
    assert are_confusable(name, name.casefold())


def test_each_confusable_belongs_to_one_letter():
    every = "".join(CONFUSABLES.values())
    assert len(set(every)) == len(every)
    assert not set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ23456789") & set(every)
    assert all(unicodedata2.normalize("NFKC", char) == char for char in every), "such a character never gets this far"


def test_the_refusal_says_which_name_it_looks_like():
    with pytest.raises(NameTaken) as refusal:
        lobby("Mam").join("M\u0430rn")  # a Cyrillic а
    assert "looks like Mam" in refusal.value.message
    assert refusal.value.looks_like == "Mam"


def test_the_refusal_of_the_same_name_does_not_speak_of_looks():
    with pytest.raises(NameTaken) as refusal:
        lobby("Mam").join("mam")
    assert "looks like" not in refusal.value.message
    assert refusal.value.looks_like is None


def test_of_two_names_the_equal_one_is_spoken_of():
    game = lobby("Mаm", "Bob")  # a Cyrillic а
    with pytest.raises(NameTaken) as refusal:
        game.join("MАM")  # a Cyrillic А
    assert refusal.value.looks_like is None


def test_a_name_with_a_denied_word_is_refused_in_the_language_of_the_room():
    game = lobby("Bob")
    before = game.saved()
    with pytest.raises(NameInvalid):
        game.join("Rude Boy")
    assert game.saved() == before
    game.room.settings = msgspec.structs.replace(game.room.settings, language="fr")
    game.join("Rude Boy")
