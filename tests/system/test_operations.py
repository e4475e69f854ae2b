"""The guide for operators: every command in it is run, or checked against what it names; every figure in it is told."""

import configparser
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import crossplane
import pytest
import yaml

from bench.launcher import FOREIGN_VARIABLES, ROOT
from partyflow.management.commands.serve import THREADS_TIMEOUT_S
from partyflow.server.server import CANCEL_TIMEOUT_S, DRAIN_TIMEOUT_S, STOP_TIMEOUT_S
from rooms.management.commands.rooms import Command as RoomsCommand
from rooms.web.prometheus import METRICS
from tests.support.postgres import Postgres
from tests.support.site import Site

GUIDE = (ROOT / "docs" / "operations.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line]
SERVICE = ROOT / "deploy" / "partyflow.service"
ENVIRONMENT = ROOT / "deploy" / "partyflow.env"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

Check = Callable[[list[str]], None]


def shell(command: str, directory: Path, **environment: str) -> str:
    """Run a command of the guide; what it says."""
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    run = subprocess.run(
        ["sh", "-eu", "-c", command],
        cwd=directory,
        env=own | environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
    return run.stdout


def of_guide(beginning: str) -> str:
    """The one command of the guide that begins like this."""
    (command,) = [command for command in COMMANDS if command.startswith(beginning)]
    return command


# What can only be checked here


def makes_something(words: list[str]) -> None:
    recipe = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert recipe.returncode == 0, recipe.stderr
    assert recipe.stdout.splitlines()[-1] == "exec .venv/bin/python manage.py serve"


def adds_the_user_of_the_service(words: list[str]) -> None:
    assert words[-1] == unit()["Service"]["User"]
    assert words[words.index("--home-dir") + 1] == environment_file()["VAR_DIR"]


def puts_a_file_where_it_is_looked_for(words: list[str]) -> None:
    *_, source, target = words
    assert (ROOT / source).is_file()
    if source.endswith(".env"):
        assert target == unit()["Service"]["EnvironmentFile"]
        assert "600" in words, "a secret key stands in it"
    else:
        assert target == f"/etc/systemd/system/{Path(source).name}"


def names_the_service(words: list[str]) -> None:
    assert words[-1] == SERVICE.stem
    assert unit()["Install"]["WantedBy"] == "multi-user.target"


def installs_requirements(words: list[str]) -> None:
    assert (ROOT / words[-1]).is_file()
    assert words[0] == ".venv/bin/pip"


def makes_the_environment_of_the_service(words: list[str]) -> None:
    assert words[-1] == ".venv"
    assert unit()["Service"]["ExecStart"] == f"{unit()['Service']['WorkingDirectory']}/.venv/bin/python manage.py serve"


def names_services_of_the_deployment(words: list[str]) -> None:
    action, *rest = words[2:]
    services = [word for word in rest if not word.startswith("-")]
    assert action in {"up", "build", "run", "exec"}
    assert set(services[:1]) <= COMPOSE["services"].keys()
    if action == "exec":
        assert services[1:3] == ["python", "manage.py"]


def pulls(words: list[str]) -> None:
    assert words == ["git", "pull"]


def is_understood(words: list[str]) -> None:
    parser = RoomsCommand().create_parser("manage.py", "rooms")
    assert words[:3] == [".venv/bin/python", "manage.py", "rooms"]
    assert parser.parse_args(words[3:]).action == words[3]


def names_a_configuration(words: list[str]) -> None:
    assert (ROOT / words[1].removeprefix("--config.file=")).is_file()  # tests/architecture/test_monitoring.py reads it


CHECKED: dict[str, Check] = {
    "make run": makes_something,
    "useradd ": adds_the_user_of_the_service,
    "python3 -m venv": makes_the_environment_of_the_service,
    ".venv/bin/pip install": installs_requirements,
    "install ": puts_a_file_where_it_is_looked_for,
    "systemctl ": names_the_service,
    "docker compose ": names_services_of_the_deployment,
    "git pull": pulls,
    "prometheus ": names_a_configuration,
    # tests/system/test_rooms_command.py runs them all.
    ".venv/bin/python manage.py rooms": is_understood,
}
RUN = ("curl ", "sed ", ".venv/bin/python -c", "rm ", "cp ", "pg_dump ", "pg_restore ")
"""The beginnings of what is run below."""


@pytest.mark.parametrize("command", [command for command in COMMANDS if not command.startswith(RUN)])
def test_a_command_that_is_not_run_here_names_what_there_is(command: str) -> None:
    (check,) = [check for beginning, check in CHECKED.items() if command.startswith(beginning)]
    check(shlex.split(command))


def test_there_are_commands_to_look_at() -> None:
    assert len(COMMANDS) > 25
    assert {beginning for beginning in (*CHECKED, *RUN) if not any(c.startswith(beginning) for c in COMMANDS)} == set()


# The service


def unit() -> configparser.ConfigParser:
    """The unit file, which is an INI file as long as no setting comes twice."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(SERVICE)
    return parser


def environment_file() -> dict[str, str]:
    lines = [line for line in ENVIRONMENT.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_service_gives_its_worker_time_and_ends_nothing_but_the_worker() -> None:
    service = unit()["Service"]
    takes = STOP_TIMEOUT_S + 2 * DRAIN_TIMEOUT_S + 2 * CANCEL_TIMEOUT_S + THREADS_TIMEOUT_S
    assert int(service["TimeoutStopSec"]) > takes
    assert service["KillMode"] == "mixed", "its Valkey has to live until the rooms are written"
    assert service["Restart"] == "always"
    assert f"/var/lib/{service['StateDirectory']}" == environment_file()["VAR_DIR"]
    assert int(service["LimitNOFILE"]) >= 65536


def test_every_variable_of_the_service_is_in_the_guide() -> None:
    for name in environment_file():
        assert f"`{name}`" in GUIDE


async def test_a_worker_with_the_services_environment_is_ready(build_site: Callable[..., Site]) -> None:
    environment = environment_file()
    assert environment["SECRET_KEY"] == "", "everybody has to make a key of their own"
    own = {name: environment[name] for name in ("PUBLIC_URL", "WORKER_ID")}
    site = build_site({**own, "SECRET_KEY": "kq3v9T0sYb7mXw2LfHj8ZrPc5NdUa1GeVi4QoB6tSxKyWzEhRl-_"})
    site.start()
    for command in COMMANDS:
        if command.startswith("curl "):
            answer = await site.get(command.removeprefix("curl --fail http://127.0.0.1:8000"))
            assert answer.status == 200, command
    assert site.stop() == 0


def test_nginx_stands_in_front_of_the_one_worker(tmp_path: Path) -> None:
    written = tmp_path / "nginx.conf"
    shell(of_guide("sed ").replace("/etc/nginx/nginx.conf", str(written)), ROOT)
    parsed = crossplane.parse(str(written), single=True)
    assert parsed["status"] == "ok", parsed["errors"]
    servers = re.findall(r"^\s+server (\S+)", written.read_text(), re.MULTILINE)
    listening = f"{environment_file()['BIND']}:{environment_file()['PORT']}"
    assert [server for server in servers if ":" in server] == [listening, listening]
    assert "worker" not in re.sub(r"#.*|worker_\w+", "", written.read_text())


# The data


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A place like an installation, with a database that somebody has open."""
    (tmp_path / "var").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


def test_a_database_is_copied_while_it_is_written_and_comes_back(installed: Path) -> None:
    path = installed / "var" / "db.sqlite3"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE word (text TEXT)")
    database.execute("INSERT INTO word VALUES ('apple')")
    database.commit()
    database.execute("INSERT INTO word VALUES ('not yet said')")
    shell(of_guide(".venv/bin/python -c"), installed)
    database.commit()
    database.execute("DELETE FROM word")
    database.commit()
    database.close()

    shell(of_guide("rm "), installed)
    shell(of_guide("cp backup.sqlite3"), installed)
    restored = sqlite3.connect(path)
    assert restored.execute("SELECT text FROM word").fetchall() == [("apple",)]
    restored.close()


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    yield server
    server.dispose()


def test_a_postgresql_is_copied_and_comes_back(postgres: Postgres, tmp_path: Path) -> None:
    def ask(question: str) -> str:
        return shell(
            f'psql --no-psqlrc --tuples-only --no-align --command "{question}" "$DATABASE_URL"', tmp_path, **at
        )

    at = {"DATABASE_URL": postgres.url}
    ask("CREATE TABLE word (text TEXT); INSERT INTO word VALUES ('apple')")
    shell(of_guide("pg_dump "), tmp_path, **at)
    ask("INSERT INTO word VALUES ('too late')")
    shell(of_guide("pg_restore "), tmp_path, **at)
    assert ask("SELECT text FROM word").strip() == "apple"


# What is said of figures and settings


def test_every_figure_that_the_guide_names_is_told() -> None:
    names = {figure.full_name for figure in METRICS}
    named = set(re.findall(r"\bpartyflow_\w+", GUIDE))
    assert len(named) > 20
    assert named <= names


def test_every_incident_says_what_to_look_at_and_what_to_do() -> None:
    table = GUIDE[GUIDE.index("## Incidents") :]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 12
    assert all(len(row) == 5 and all(cell.strip() for cell in row) for row in rows), rows


def test_every_variable_that_is_read_is_in_the_guide() -> None:
    read = re.findall(r'env\.\w+\("([A-Z_]+)"', (ROOT / "partyflow" / "settings.py").read_text())
    assert len(read) > 15
    assert [name for name in read if f"`{name}`" not in GUIDE] == []


def test_what_the_guide_points_to_is_there() -> None:
    pointed_to = set(re.findall(r"`((?:docs|deploy|rooms|tests|partyflow)/[\w./-]+)`", GUIDE))
    assert len(pointed_to) > 8
    theirs = {"deploy/certs/"}
    missing = [name for name in pointed_to - theirs if not (ROOT / name).exists()]
    assert not missing
