import tomllib
from pathlib import Path

import partyflow


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert partyflow.__version__ == project["version"]
