"""Asks whether anything is known to be wrong with what PartyFlow depends on: ``python -m tests.audit``.

Ends with 1 if there is. If nobody can be asked, as on a train, it says so and ends with 0, within a minute.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-postgres.txt", "requirements-dev.txt")
PATIENCE_S = 60
ANSWER_TIMEOUT_S = 5

ACCEPTED: dict[str, str] = {}
"""Findings that do not concern us, by their id, each with the reason."""


def main() -> int:
    """The exit code."""
    try:
        answer = ask()
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        print(f"Dependencies are not audited: {str(error).strip().splitlines()[-1][:200]}")
        return 0
    return report(answer["dependencies"])


def ask() -> Any:
    """What pip-audit has found, as it writes it. Raises ValueError with its last words if it has found out nothing."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--format=json",
        "--progress-spinner=off",
        "--disable-pip",
        "--no-deps",
    ]
    files = [f"--requirement={ROOT / name}" for name in FILES]
    run = subprocess.run(
        [*command, f"--timeout={ANSWER_TIMEOUT_S}", *files],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        cwd=ROOT,
    )
    try:
        return json.loads(run.stdout)
    except ValueError:
        raise ValueError(run.stderr or "pip-audit has said nothing") from None


def report(dependencies: list[Any]) -> int:
    """Print what is wrong; 1 if anything is, else 0."""
    known = [dependency for dependency in dependencies if "skip_reason" not in dependency]
    found = {
        (dependency["name"], dependency["version"], finding["id"]): finding.get("fix_versions") or ["none yet"]
        for dependency in known
        for finding in dependency["vulns"]
        if finding["id"] not in ACCEPTED
    }
    for (name, version, finding_id), fixed in sorted(found.items()):
        print(f"{name} {version}: {finding_id}, fixed in {', '.join(fixed)}")
    if not known:
        print(f"Dependencies are not audited: nobody here knows any of the {len(dependencies)} packages.")
    elif not found:
        print(f"Nothing is known to be wrong with {len(known)} of {len(dependencies)} packages.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
