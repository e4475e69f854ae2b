"""Codes as people type and paste them."""

import json
from pathlib import Path

import pytest

from rooms.web.typed_code import read_code

VECTORS = json.loads((Path(__file__).parents[2] / "tests/vectors/room_codes.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["typed"])
def test_a_code_is_read_however_it_is_typed_or_pasted(vector: dict[str, str]) -> None:
    assert read_code(vector["typed"]) == vector["code"]
