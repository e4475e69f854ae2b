"""The threat model names tests that exist, and says for every threat how it is met."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+|\*)`")


def threats() -> list[list[str]]:
    """The cells of each line of the tables of threats."""
    text = DOCUMENT.read_text().partition("## Threats")[2].partition("## Residual risks")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    return [row for row in rows if row[0] not in {"threat", "---"}]


def defined_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_")}


@pytest.mark.parametrize("threat", threats(), ids=lambda row: row[0][:50])
def test_every_threat_has_a_defence_and_a_test_that_exists(threat: list[str]) -> None:
    assert len(threat) == 3
    assert threat[1]
    named = NAMED.findall(threat[2])
    assert named, "no test proves it"
    assert NAMED.sub("", threat[2]).strip(" ,") == "", "something else than tests"
    for file, name in named:
        assert (ROOT / file).is_file(), file
        there = defined_in(ROOT / file)
        assert there if name == "*" else name in there, f"{file} has no {name}"


def test_there_is_something_to_look_at() -> None:
    assert len(threats()) > 30
