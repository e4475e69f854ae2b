"""The project's own Unicode table: its normal forms, and that the interpreter's ``unicodedata`` has no say."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import unicodedata2
from hypothesis import given
from hypothesis import strategies as st

from gameplay.engine import unicode_table, unicode_text
from gameplay.engine.errors import NameInvalid
from gameplay.engine.names import are_confusable, clean
from gameplay.words.denylist import tokenize
from tools.unicode_table import FILE, module

ROOT = Path(__file__).parents[2]
OTHER_PYTHONS = ("3.12", "3.13", "3.14")

NAMES = [
    "Bob", "Zoe\u0308", "Ｂｏｂ", "علی‌رضا", "دנה", "क्‍ष", "각", "\u1100\u1161", "ẞtraße", "İstanbul",
    "\U00010d50\U00010d51",
    "\u1c89", "\ua7dc", "\U00016ea0", "\U0001fae8", "\U0001fae9", "\U0001faea", "\U0001facf", "\U0001fade", "Bo\u200bb",
    "\u202eBob", "Bo\u0378b", "\u0897a", "ｶﾞ", "\ufb1d", "\u0344", "①②③", "👨‍👩‍👧",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\U000113c5\U000113c2", "\U00011938\U00011930", "\U0001ccd6", "\u3164", "Саша", "h4xx0r",
]  # fmt: skip
REPORT = """
import json, sys
names = json.loads(sys.stdin.read())
{patch}
from gameplay.engine.errors import NameInvalid
from gameplay.engine.names import are_confusable, clean
from gameplay.words.denylist import tokenize
def verdict(name):
    try:
        return clean(name)
    except NameInvalid as error:
        return error.message
print(json.dumps([
    [verdict(name) for name in names],
    [are_confusable(one, other) for one in names for other in names],
    [tokenize(name) for name in names],
]))
"""
PATCHES = {
    "older": "import unicodedata; sys.modules['unicodedata'] = unicodedata.ucd_3_2_0",
    "newer": "import unicodedata2; sys.modules['unicodedata'] = unicodedata2",
    "absent": "sys.modules['unicodedata'] = None",
}


def verdict(name):
    try:
        return clean(name)
    except NameInvalid as error:
        return error.message


def expected():
    return [
        [verdict(name) for name in NAMES],
        [are_confusable(one, other) for one in NAMES for other in NAMES],
        [tokenize(name) for name in NAMES],
    ]


def find_python(version):
    """An interpreter of this version that starts, from the path or from pyenv; None if there is none."""
    installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for python in (shutil.which(f"python{version}"), *installed):
        if python and subprocess.run([python, "-c", ""], capture_output=True, check=False, timeout=60).returncode == 0:
            return python
    return None


def reported(python, patch=""):
    """What another interpreter makes of the names."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [python, "-c", REPORT.format(patch=patch)],
        input=json.dumps(NAMES), capture_output=True, text=True, env=environment, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_the_interpreters_unicode_does_not_matter(patch):
    assert reported(sys.executable, patch) == expected()


@pytest.mark.parametrize("version", OTHER_PYTHONS)
def test_other_pythons_come_to_the_same_names(version):
    python = find_python(version)
    if python is None:
        pytest.skip(f"untested: this machine has no Python {version}")
    assert reported(python) == expected()


def test_the_table_is_what_its_command_makes():
    assert FILE.read_text() == module()


def test_the_table_is_newer_than_the_emoji_that_were_refused():
    assert int(unicode_table.UNICODE_VERSION.partition(".")[0]) >= 18


def test_every_character_decomposes_and_composes_as_unicode_says():
    every = "\n".join(chr(code) for code in (*range(0xD800), *range(0xE000, 0x30000), *range(0xE0000, 0xE1000)))
    assert unicode_text.nfkd(every).split("\n") == unicodedata2.normalize("NFKD", every).split("\n")
    assert unicode_text.nfkc.__wrapped__(every).split("\n") == unicodedata2.normalize("NFKC", every).split("\n")


@given(st.text(max_size=30))
def test_texts_are_normalized_as_unicode_says(text):
    assert unicode_text.nfkd(text) == unicodedata2.normalize("NFKD", text)
    assert unicode_text.nfkc(text) == unicodedata2.normalize("NFKC", text)


COMBINING = [chr(code) for code in range(0x20000) if unicodedata2.combining(chr(code))]
STARTERS = [chr(code) for code in (*range(0x1100, 0x1200), *range(0xAC00, 0xAC40), *range(0x41, 0x240))]


@given(st.text(st.one_of(st.sampled_from(COMBINING), st.sampled_from(STARTERS)), max_size=12))
def test_marks_and_syllables_are_put_in_order_and_composed(text):
    assert unicode_text.nfkd(text) == unicodedata2.normalize("NFKD", text)
    assert unicode_text.nfkc(text) == unicodedata2.normalize("NFKC", text)


@given(st.text(st.characters(max_codepoint=0x1FFF, exclude_categories=["Cn", "Cs"]), max_size=20))
def test_case_is_folded_as_unicode_says(text):
    assert unicode_text.casefold(text) == text.casefold()
