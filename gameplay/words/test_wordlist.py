"""Parsing of word lists, and the rules for words."""

import pytest

from gameplay.words import wordlist


def test_line_numbers_count_blank_lines() -> None:
    table = wordlist.read_table("text,difficulty\n\nCat, easy\n,\n\nDog,hard\n")
    assert table.columns == ["text", "difficulty"]
    assert [(row.number, row.cells) for row in table.rows] == [
        (3, {"text": "Cat", "difficulty": "easy"}),
        (6, {"text": "Dog", "difficulty": "hard"}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_are_delimiters(delimiter: str) -> None:
    table = wordlist.read_table(f'Text{delimiter}Difficulty\r\n"A, b"{delimiter}easy\r\n')
    assert table.rows == [wordlist.CsvRow(2, {"text": "A, b", "difficulty": "easy"}, surplus=False)]


def test_short_rows_are_padded_and_long_ones_marked() -> None:
    short, long = wordlist.read_table("text,difficulty\nCat\nDog,easy,brown\n").rows
    assert short == wordlist.CsvRow(2, {"text": "Cat", "difficulty": ""}, surplus=False)
    assert long.surplus


def test_a_quote_that_never_ends_is_reported_with_its_line() -> None:
    with pytest.raises(wordlist.UnreadableLine) as caught:
        wordlist.read_table('text,difficulty\nCat,easy\n"Dog,easy\n')
    assert caught.value.number == 3
    assert "Line 3" in str(caught.value)


def test_an_empty_file_has_no_columns() -> None:
    assert wordlist.read_table("") == wordlist.CsvTable([], [])


@pytest.mark.parametrize(
    ("one", "other"), [("Ice cream", "ice-cream"), ("X-ray", "XRAY"), ("Ｃａｔ", "cat"), ("Straße", "STRASSE")]
)
def test_spellings_of_one_word_share_a_key(one: str, other: str) -> None:
    assert wordlist.word_key(one) == wordlist.word_key(other)


def test_different_words_have_different_keys() -> None:
    assert len({wordlist.word_key(text) for text in ("Bat", "Bats", "Schon", "Schön", "Кот", "猫")}) == 6


def test_clean_text_composes_letters_and_collapses_spaces() -> None:
    assert wordlist.clean_text("  cafe\u0301 \n au\u00a0 lait ") == "café au lait"


@pytest.mark.parametrize("text", ["Cat", "3-D glasses", "Ночь", "猫", "Beginner's luck", "x" * 60])
def test_words_of_any_language_are_valid(text: str) -> None:
    assert wordlist.text_fault(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("x" * 61, "61 characters"),
        ("Cat\u202edog", "nobody can see"),
        ("Cat\x00", "nobody can see"),
        ("=1+1", "begin with a letter"),
        ("-cat", "begin with a letter"),
        ("@cat", "begin with a letter"),
    ],
)
def test_an_invalid_text_has_a_message(text: str, fault: str) -> None:
    assert fault in (wordlist.text_fault(text) or "")


def test_a_difficulty_is_one_of_three_words() -> None:
    assert [wordlist.difficulty_fault(level) for level in ("easy", "medium", "hard")] == [None] * 3
    assert "“Easy”" in (wordlist.difficulty_fault("Easy") or "")
