"""Style sheets: each lies in the layer of its folder, a page links it, and no rule is for a class that nothing has."""

import re
from pathlib import Path

import pytest

from tests.architecture.test_templates import ROOT, SCRIPTS, TEMPLATES

CSS = ROOT / "static/css"
# The administration's sheets stand beside Django's own, which are in no layer and would win over any.
STYLES = sorted(path for path in CSS.rglob("*.css") if path.parent.name != "admin")
NAMES = [str(path.relative_to(CSS)) for path in STYLES]
# Font faces alone, to which layers do not apply.
FONTS = "fonts.css"
LAYERS = ("tokens", "base", "components", "page")
COMPONENTS = ("components/", "widgets/", "views.css")
STATEMENT = f"@layer {', '.join(LAYERS)};"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{};]+)\{")
_CLASS = re.compile(r"\.([a-z][\w-]*)")
_LINK = re.compile(r'{% static "css/([^"]+)" %}')


def source_of(name: str) -> str:
    """The sheet without its comments."""
    return _COMMENT.sub("", (CSS / name).read_text()).strip()


def layer_of(name: str) -> str:
    """The layer where a sheet of this name belongs."""
    if name in ("tokens.css", "base.css"):
        return name.removesuffix(".css")
    return "components" if name.startswith(COMPONENTS) else "page"


def classes_in(source: str) -> set[str]:
    """Every class that a selector names."""
    selectors = [selector for selector in _RULE.findall(source) if not selector.strip().startswith("@")]
    return {name for selector in selectors for name in _CLASS.findall(selector)}


def texts() -> str:
    """Templates, and all code that may write a class."""
    code = [path for folder in ("rooms", "gameplay") for path in (ROOT / folder).rglob("*.py")]
    return "\n".join(path.read_text() for path in (*TEMPLATES, *SCRIPTS, *code))


def links_in(template: Path) -> list[str]:
    return _LINK.findall(template.read_text())


def test_the_order_of_the_layers_is_stated_once_and_first() -> None:
    assert links_in(ROOT / "templates/base.html")[0] == "tokens.css"
    assert source_of("tokens.css").startswith(STATEMENT)
    assert [name for name in NAMES if re.search(r"@layer [^{]*;", source_of(name))] == ["tokens.css"]


@pytest.mark.parametrize("name", [name for name in NAMES if name != FONTS])
def test_a_sheet_lies_in_the_layer_of_its_folder(name: str) -> None:
    source = source_of(name).removeprefix(STATEMENT).strip()
    assert source.startswith(f"@layer {layer_of(name)} {{")
    assert source.endswith("\n}")
    assert not re.search(r"^[^\s}@]", source, re.MULTILINE), "a rule outside of the layer"


def test_the_sheet_of_the_fonts_has_nothing_but_faces() -> None:
    assert set(re.findall(r"^[^\s}][^{]*", source_of(FONTS), re.MULTILINE)) == {"@font-face "}


def test_every_sheet_is_linked_and_every_link_has_a_sheet() -> None:
    linked = {name for template in TEMPLATES for name in links_in(template) if not name.startswith("admin/")}
    assert linked == set(NAMES)


def test_every_class_of_a_sheet_is_in_a_template_or_in_code() -> None:
    written = set(re.findall(r"[\w-]+", texts()))
    assert {name: unused for name in NAMES if (unused := classes_in(source_of(name)) - written)} == {}


def test_a_class_without_use_would_be_found() -> None:
    assert classes_in("@media (min-width: 1.5rem) { .a > .b-c:hover, .d[x] { margin: .5em; } }") == {"a", "b-c", "d"}
