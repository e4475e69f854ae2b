"""The file formats of the admin's import and export."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import tablib
from import_export.formats import base_formats

from gameplay.words import wordlist

BYTE_ORDER_MARK: Final = "\ufeff"
FORMULA_START: Final = (*"=+-@＝＋－＠", "\t", "\r", "\n")
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


def escape_formula(cell: object) -> str:
    """``cell`` as text, with an apostrophe in front if spreadsheets would run it as a formula."""
    text = "" if cell is None else str(cell)
    if text.startswith(FORMULA_START) and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


class SpreadsheetCSV(base_formats.CSV):
    """CSV as spreadsheets read and write it.

    Imported rows have two more columns: ``line``, their line in the file, and ``surplus``, whether they have more cells
    than the header; raises `gameplay.words.wordlist.UnreadableLine`. Exports start with a byte order mark and have
    formulas escaped.
    """

    def create_dataset(self, in_stream: str | bytes, **_options: Any) -> tablib.Dataset:
        text = in_stream.decode("utf-8-sig") if isinstance(in_stream, bytes) else in_stream
        table = wordlist.read_table(text.removeprefix(BYTE_ORDER_MARK))
        rows = [{**row.cells, "line": row.number, "surplus": row.surplus} for row in table.rows]
        return _dataset([*table.columns, "line", "surplus"], rows)

    def export_data(self, dataset: tablib.Dataset, **options: Any) -> str:
        rows = [[escape_formula(cell) for cell in row] for row in dataset]
        return BYTE_ORDER_MARK + str(tablib.Dataset(*rows, headers=dataset.headers).export("csv", **options))


class JSONList(base_formats.JSON):
    """JSON: a list of objects, which may have different keys. Raises `ValueError` for anything else."""

    def create_dataset(self, in_stream: str | bytes, **_options: Any) -> tablib.Dataset:
        rows = json.loads(in_stream)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError("not a list of objects")
        return _dataset(dict.fromkeys(key for row in rows for key in row), rows)


FORMATS: Final = [SpreadsheetCSV, JSONList]


def _dataset(columns: Iterable[str], rows: Iterable[Mapping[str, object]]) -> tablib.Dataset:
    headers = list(dict.fromkeys(columns))
    return tablib.Dataset(*([row.get(name) for name in headers] for row in rows), headers=headers)
