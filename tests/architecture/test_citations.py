"""Citations lead somewhere: sections of docs/spec.md and decision records exist."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "docs" / "spec.md"
DECISIONS = ROOT / "docs" / "adr"

SECTION = re.compile(r"§ ?(\d+(?:\.\d+)*)")
HEADING = re.compile(r"^#+ (\d+(?:\.\d+)*)\.? ", re.MULTILINE)
DECISION = re.compile(r"\bADR-0*(\d+)\b")
BINARY = {".gif", ".mo", ".mp4", ".png", ".ttf", ".webm", ".woff2"}

LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)")
ANCHOR = re.compile(r'<a id="([^"]+)">')
TITLE = re.compile(r"^#+ (.+)$", re.MULTILINE)
PATH = re.compile(r"`((?:bench|deploy|docs|gameplay|partyflow|rooms|static|templates|tests)/[\w./-]*)`")
MADE_LATER = {"bench/results/", "deploy/certs/"}
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


@cache
def texts() -> dict[str, str]:
    """Code and prose of the project by path."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [path for path in listed.stdout.splitlines() if (ROOT / path).is_file()]
    return {path: (ROOT / path).read_text() for path in paths if Path(path).suffix not in BINARY}


def test_there_are_citations() -> None:
    assert sum(len(SECTION.findall(text)) for text in texts().values()) > 30
    assert sum(len(DECISION.findall(text)) for text in texts().values()) > 10


def test_every_cited_section_exists() -> None:
    sections = set(HEADING.findall(SPEC.read_text()))
    missing = {
        f"{path}: §{section}"
        for path, text in texts().items()
        for section in SECTION.findall(text)
        if section not in sections
    }
    assert not missing


def test_every_line_with_a_section_names_its_document() -> None:
    bare = [
        f"{path}: {line.strip()}"
        for path, text in texts().items()
        if path != "docs/spec.md"
        for line in text.splitlines()
        if SECTION.search(line) and "spec.md" not in line
    ]
    assert not bare


def test_every_cited_decision_exists_and_stands_in_the_index() -> None:
    numbers = {int(path.name[:4]) for path in DECISIONS.glob("0*.md")}
    cited = {(path, int(number)) for path, text in texts().items() for number in DECISION.findall(text)}
    assert not {f"{path}: ADR-{number}" for path, number in cited if number not in numbers}
    index = (DECISIONS / "README.md").read_text()
    assert not [path.name for path in DECISIONS.glob("0*.md") if f"({path.name})" not in index]


def anchors_of(text: str) -> set[str]:
    """Fragments that links into a document can have: explicit anchors, and those that are made from headings."""
    headings = (re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in TITLE.findall(text))
    return {*ANCHOR.findall(text), *headings}


def test_every_relative_link_leads_somewhere() -> None:
    broken = []
    documents = {path: FENCED.sub("", text) for path, text in texts().items() if path.endswith(".md")}
    for path, text in documents.items():
        for target, anchor in LINK.findall(text):
            there = (ROOT / path).parent / target if target else ROOT / path
            if not there.exists():
                broken.append(f"{path}: {target}")
            elif anchor and anchor not in anchors_of(there.read_text()):
                broken.append(f"{path}: {target}#{anchor}")
    assert not broken


def test_every_path_that_a_document_names_exists() -> None:
    documents = {path: text for path, text in texts().items() if path.startswith("docs/") or path == "README.md"}
    named = {(path, name) for path, text in documents.items() if path.endswith(".md") for name in PATH.findall(text)}
    assert len(named) > 50
    assert not {f"{path}: {name}" for path, name in named if name not in MADE_LATER and not (ROOT / name).exists()}


@pytest.mark.parametrize(
    "phrase", ["the contract", "(contract", "of the source", "the source's", "the architecture document"]
)
def test_nothing_is_cited_that_a_reader_cannot_open(phrase: str) -> None:
    here = Path(__file__).relative_to(ROOT).as_posix()
    assert not [path for path, text in texts().items() if path != here and phrase in text.lower()]
