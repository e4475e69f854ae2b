"""What the content security policy forbids never gets into a template or a script."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gameplay.engine.names import MAX_CODE_POINTS

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted(path for folder in ("templates", "rooms", "gameplay") for path in (ROOT / folder).rglob("*.html"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
STYLES = sorted((ROOT / "static").rglob("*.css"))

_TAG = re.compile(r"{%.*?%}|{#.*?#}", re.DOTALL)
_VALUE = re.compile(r"{{.*?}}", re.DOTALL)
_FOREIGN = re.compile(r"""["'(=\s](?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+""", re.IGNORECASE)
_NAMES_OF_THINGS = ("http://www.w3.org/",)


class Faults(HTMLParser):
    """Collects what a strict policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_inline: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in values if name == "style" or name.startswith("on")]
        self.found += [
            f'<{tag} {name}="{value}">'
            for name, value in attrs
            if (value or "").strip().lower().startswith("javascript:")
        ]
        is_data = values.get("type") in {"application/json"}
        if tag == "style" or (tag == "script" and "src" not in values and not is_data):
            self.found.append(f"<{tag}> with its text inside")

    handle_startendtag = handle_starttag


def faults_of(source: str) -> list[str]:
    faults = Faults()
    faults.feed(_VALUE.sub("x", _TAG.sub("", source)))
    return faults.found


def test_there_is_something_to_look_at() -> None:
    assert TEMPLATES
    assert SCRIPTS
    assert STYLES


def test_a_fault_would_be_found() -> None:
    for source in (
        '<p style="color: red">',
        '<button {% if a %}onclick="go()"{% endif %}>',
        "<script>go()</script>",
        "<style>p {}</style>",
        '<a href="javascript:go()">',
    ):
        assert faults_of(source), source
    assert not faults_of('<script src="{% static "js/home.js" %}" type="module"></script><p class="style">')


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_script_style_or_handler(path: Path) -> None:
    assert faults_of(path.read_text()) == []


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS, *STYLES], ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_asked_of_other_hosts(path: Path) -> None:
    foreign = [
        found[0]
        for found in _FOREIGN.finditer(path.read_text())
        if not any(name in found.string[found.start() : found.start() + 40] for name in _NAMES_OF_THINGS)
    ]
    assert foreign == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_script_writes_text_and_never_markup(path: Path) -> None:
    forbidden = r"\.(innerHTML|outerHTML)\s*\+?=|insertAdjacentHTML|document\.write|\beval\(|new Function\(|cssText"
    assert re.findall(forbidden, path.read_text()) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_import_ends_with_a_semicolon_and_is_relative(path: Path) -> None:
    """Otherwise the production storage, which names files after their content, would not rewrite it."""
    source = path.read_text()
    for statement in re.finditer(r"^(?:import|export)\b[^;'\"]*?\bfrom\s*(['\"])(.*?)\1(;?)", source, re.MULTILINE):
        assert statement[2].startswith("."), statement[0]
        assert statement[3] == ";", statement[0]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_field_for_a_name_takes_every_name_that_the_server_does(path: Path) -> None:
    """The rule for names is the server's: a field may stop a novel, in UTF-16 units, and nothing that is a name."""
    for tag in re.findall(r'<input[^>]*(?:autocomplete="nickname"|placeholder="{{ field)[^>]*>', path.read_text()):
        length = re.search(r'maxlength="(\d+)"', tag)
        assert length
        assert int(length[1]) >= 2 * MAX_CODE_POINTS


def test_no_script_has_a_rule_for_names_of_its_own() -> None:
    assert [path.name for path in SCRIPTS if re.search(r"MAX_(NAME_)?LENGTH|At most \d+ char", path.read_text())] == []
