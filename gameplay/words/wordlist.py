"""Word lists in CSV, and the rules for the text and difficulty of a word."""

import csv
import io
import unicodedata
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DIFFICULTIES: Final = ("easy", "medium", "hard")
MAX_TEXT_LENGTH: Final = 60


class CsvRow(NamedTuple):
    """A row of a CSV file: its line number, counted from 1 with the header, and its cells by column name.

    ``surplus``: it has more cells than the header.
    """

    number: int
    cells: dict[str, str]
    surplus: bool


class CsvTable(NamedTuple):
    """A CSV file: its column names in lower case, and its rows that are not empty."""

    columns: list[str]
    rows: list[CsvRow]


class UnreadableLine(ValueError):
    """The file cannot be parsed as CSV from line ``number`` on."""

    def __init__(self, number: int, fault: str) -> None:
        super().__init__(_("Line %(number)d cannot be read: %(fault)s.") % {"number": number, "fault": fault})
        self.number = number


def read_table(text: str) -> CsvTable:
    """Parse a CSV file with a header; cells are stripped, missing ones empty. Raises `UnreadableLine`.

    The delimiter is a comma, semicolon or tab, whichever the header uses.
    """
    header, _newline, _rest = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = []
    try:
        columns = [name.strip().casefold() for name in next(reader, [])]
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                padded = cells + [""] * (len(columns) - len(cells))
                surplus = any(padded[len(columns) :])
                lines.append(CsvRow(reader.line_num, dict(zip(columns, padded, strict=False)), surplus))
    except csv.Error as error:
        raise UnreadableLine(reader.line_num, str(error)) from error
    return CsvTable(columns, lines)


def clean_text(text: str) -> str:
    """Normalise ``text`` for display: NFC, trimmed, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def word_key(text: str) -> str:
    """The key that all spellings of a word share: its letters and digits, without case and width.

    >>> word_key("Ice-Cream") == word_key("ice cream")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def text_fault(text: str) -> str | None:
    """The message for an invalid text, after `clean_text`; None if it is valid.

    A text begins with a letter or digit, so that an exported one cannot be a formula.
    """
    if not text:
        return _("The text is empty.")
    if len(text) > MAX_TEXT_LENGTH:
        return ngettext(
            "The text has %(length)d character; %(limit)d is the limit.",
            "The text has %(length)d characters; %(limit)d is the limit.",
            len(text),
        ) % {"length": len(text), "limit": MAX_TEXT_LENGTH}
    if not text.isprintable():
        return _("The text holds characters that nobody can see.")
    if not text[0].isalnum():
        return _("The text has to begin with a letter or a digit.")
    return None


def difficulty_fault(difficulty: str) -> str | None:
    """The message for an invalid difficulty; None if it is valid."""
    if difficulty in DIFFICULTIES:
        return None
    return _("The difficulty is “%(difficulty)s”; it has to be easy, medium or hard.") % {"difficulty": difficulty}
