"""A number beside a plural has a singular too: "1 player", "2 players", in every language's own forms."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
TEMPLATES = sorted(path for folder in ("templates", "rooms", "gameplay") for path in (ROOT / folder).rglob("*.html"))
SOURCES = sorted(
    path
    for folder in ("partyflow", "rooms", "gameplay")
    for path in (ROOT / folder).rglob("*.py")
    if not path.name.startswith(("test_", "conftest")) and "reference" not in path.parts
)

NOT_NUMBERS = {
    "code", "detail", "explainer", "fault", "first", "host", "name", "names", "one", "other", "player", "team", "time",
    "what", "why", "word",
}  # fmt: skip
"""Placeholders that never are a number, whatever verb follows them: "%(name)s explains".

Constants, such as ``MAX_ROWS``, are larger than one.
"""

NO_PLURALS = {
    "does", "explains", "goes", "has", "is", "its", "lets", "names", "plays", "stands", "starts", "was", "wins",
}  # fmt: skip
UNITS = {"s", "ms"}
FOLLOWED_BY_A_PLURAL = r" (?:[a-z]+ )?(?P<plural>[a-z]+s)\b"
PLACEHOLDER = re.compile(r"%\((?P<name>\w+)\)[sd]" + FOLLOWED_BY_A_PLURAL)
IN_A_TEMPLATE = re.compile(r"{{ (?P<name>[\w.]+)[^}]*}}" + FOLLOWED_BY_A_PLURAL)
IN_A_LITERAL = re.compile(r"\$?{(?P<name>[^{}]+)}" + FOLLOWED_BY_A_PLURAL)
SINGLE = re.compile(r"""(?<![n\w])(?:gettext|gettext_lazy|_)\(\s*(?P<text>(?:"[^"\n]*"\s*)+|'[^'\n]*')""")
LITERAL = re.compile(r"`[^`]*`|f\"[^\"\n]*\"|f'[^'\n]*'")
BLOCK = re.compile(r"{% blocktranslate(?P<head>[^%]*)%}(?P<body>.*?){% endblocktranslate %}", re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*$|^\s*#.*$", re.DOTALL | re.MULTILINE)


def bare_plurals(text: str, pattern: re.Pattern[str]) -> list[str]:
    """The plurals in a text that stand beside a number and have no singular."""
    found = []
    for match in pattern.finditer(text):
        name, plural = match["name"].split(".")[-1], match["plural"]
        is_larger_than_one = name.isupper()
        if name not in NOT_NUMBERS and not is_larger_than_one and plural not in NO_PLURALS | UNITS:
            found.append(match[0])
    return found


def faults_of_script(source: str) -> list[str]:
    code = COMMENT.sub("", source)
    translated = [fault for match in SINGLE.finditer(code) for fault in bare_plurals(match["text"], PLACEHOLDER)]
    written = [fault for match in LITERAL.finditer(code) for fault in bare_plurals(match[0], IN_A_LITERAL)]
    return translated + written


def faults_of_template(source: str) -> list[str]:
    rest = BLOCK.sub(lambda match: "" if " count " in match["head"] else match["body"], source)
    return bare_plurals(rest, IN_A_TEMPLATE)


@pytest.mark.parametrize("source", [
    'fill(gettext("%(count)s players"), {count})', 'gettext("joined. %(count)s players.")', "`${count} players`",
    'gettext("%(count)s of %(most)s players")', '_("%(points)d points") % {"points": 3}', 'f"{count} rooms"',
    'gettext("%(count)s more packs")', 'gettext(\n"The round is over: %(points)s points.",\n)',
])  # fmt: skip
def test_a_bare_plural_in_code_would_be_found(source: str) -> None:
    assert faults_of_script(source)


@pytest.mark.parametrize("source", [
    'ngettext("%(count)s player", "%(count)s players", count)', 'gettext("%(name)s explains")',
    'gettext("%(team)s wins!")', 'gettext("%(count)s s a round")', '// `${count} players`',
    'ngettext(\n"%(count)d row.", "%(count)d rows.", count)',
])  # fmt: skip
def test_a_plural_with_its_singular_is_none(source: str) -> None:
    assert not faults_of_script(source)


def test_a_bare_plural_in_a_template_would_be_found() -> None:
    assert faults_of_template("<p>{{ count }} players</p>")
    assert faults_of_template("{% blocktranslate %}{{ days }} days{% endblocktranslate %}")
    assert faults_of_template(
        "{% blocktranslate with n=room.count %}{{ n }} of {{ seated }} players{% endblocktranslate %}"
    )
    assert not faults_of_template(
        "{% blocktranslate count days=days %}{{ days }} day{% plural %}{{ days }} days{% endblocktranslate %}"
    )


@pytest.mark.parametrize("path", [*SCRIPTS, *SOURCES], ids=lambda path: str(path.relative_to(ROOT)))
def test_numbers_in_code_stand_beside_both_forms(path: Path) -> None:
    assert faults_of_script(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_numbers_in_templates_stand_beside_both_forms(path: Path) -> None:
    assert faults_of_template(path.read_text()) == []
