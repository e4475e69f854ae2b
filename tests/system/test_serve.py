"""`manage.py serve` as the person at the laptop meets it: it starts, says where it is, and ends; or it says why not."""

import ast
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bench.launcher import FOREIGN_VARIABLES, ROOT, ServerProcess, free_port
from tests.support.site import Site

WAIT_S = 60.0


@pytest.fixture
def server(build_site: Callable[..., Site]) -> ServerProcess:
    return build_site().server


def serve(*options: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run `manage.py serve`, which is expected not to come up."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    return subprocess.run(
        [sys.executable, "manage.py", "serve", *options],
        cwd=ROOT,
        env=environment | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )


def assert_refused(run: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert run.returncode == 1, run.stderr
    (line,) = run.stderr.splitlines()
    assert line.startswith("partyflow: ")
    for word in words:
        assert word in line


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def valkey_of(server: ServerProcess) -> psutil.Process:
    (valkey,) = [child for child in psutil.Process(server.pid).children() if "valkey" in child.name()]
    return valkey


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_and_ends_without_leaving_anything_running(server: ServerProcess, number: signal.Signals) -> None:
    server.start()
    valkey = valkey_of(server)
    process = psutil.Process(server.pid)
    process.send_signal(number)
    assert process.wait(WAIT_S) == 0
    assert not valkey.is_running()
    assert "Traceback" not in server.log()


def test_a_ctrl_c_that_reaches_the_whole_terminal_is_as_good(server: ServerProcess) -> None:
    server.start()
    valkey = valkey_of(server)
    process = psutil.Process(server.pid)
    os.killpg(server.pid, signal.SIGINT)
    assert process.wait(WAIT_S) == 0
    assert not valkey.is_running()
    assert "Traceback" not in server.log()


def test_it_says_where_it_is_to_browsers_and_to_phones(build_site: Callable[..., Site]) -> None:
    site = build_site({"PUBLIC_URL": "http://play.example"})
    site.start()
    assert "PartyFlow is ready:  http://play.example/" in site.log()
    assert "On a phone:          http://play.example/" in site.log()
    assert sum(line.count("█") + line.count("▀") + line.count("▄") for line in site.log().splitlines()) > 200


def test_it_says_so_when_phones_can_not_reach_it(server: ServerProcess) -> None:
    server.start()
    assert f"PartyFlow is ready:  http://127.0.0.1:{server.port}/" in server.log()
    assert "Phones can't reach it" in server.log()


def test_a_valkey_that_dies_is_started_again_while_the_server_goes_on(server: ServerProcess) -> None:
    server.start()
    first = valkey_of(server)
    first.kill()
    deadline = time.monotonic() + WAIT_S
    while not any("valkey" in child.name() and child.pid != first.pid for child in children(server)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert server.is_running
    assert server.stop() == 0


def children(server: ServerProcess) -> list[psutil.Process]:
    return [child for child in psutil.Process(server.pid).children() if child.status() != psutil.STATUS_ZOMBIE]


def test_a_valkey_that_a_killed_server_left_behind_is_replaced(server: ServerProcess) -> None:
    server.start()
    left_behind = valkey_of(server)
    server.kill()
    assert left_behind.is_running()
    server.start()
    assert valkey_of(server).pid != left_behind.pid
    assert not left_behind.is_running() or left_behind.status() == psutil.STATUS_ZOMBIE
    assert server.stop() == 0


def test_a_deep_var_directory_is_no_obstacle(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / ("d" * 90) / "var")
    try:
        server.start()
        assert valkey_of(server).is_running()
        assert server.stop() == 0
    finally:
        server.dispose()


def test_a_redis_of_ones_own_is_used_instead_of_the_embedded_one(build_site: Callable[..., Site]) -> None:
    lender = build_site()
    lender.start()
    borrower = build_site({"REDIS_URL": f"unix://{lender.server.var_dir}/valkey.sock"})
    borrower.start()
    assert not [child for child in psutil.Process(borrower.server.pid).children() if "valkey" in child.name()]
    assert borrower.stop() == 0
    assert valkey_of(lender.server).is_running()


def test_a_port_in_use_is_said_in_one_line(taken_port: int, tmp_path: Path) -> None:
    run = serve("--bind", "127.0.0.1", "--port", str(taken_port), VAR_DIR=str(tmp_path))
    assert_refused(run, str(taken_port), "in use", "--port")


def test_the_port_may_come_from_the_environment(taken_port: int, tmp_path: Path) -> None:
    assert_refused(serve("--bind", "127.0.0.1", PORT=str(taken_port), VAR_DIR=str(tmp_path)), str(taken_port))


@pytest.mark.parametrize("options", [["--port", "99999"], ["--port", "soon"], ["--bind", "nowhere.invalid"]])
def test_an_address_that_is_none_is_said_in_one_line(options: list[str], tmp_path: Path) -> None:
    assert_refused(serve(*options, VAR_DIR=str(tmp_path)))


def test_a_var_directory_that_can_not_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert_refused(serve(VAR_DIR=str(tmp_path / "file" / "var")), "VAR_DIR", str(tmp_path / "file" / "var"))


def test_a_var_directory_that_is_in_use_is_said_in_one_line(server: ServerProcess) -> None:
    server.start()
    run = serve("--bind", "127.0.0.1", "--port", str(free_port()), VAR_DIR=str(server.var_dir))
    assert_refused(run, "another PartyFlow", str(server.var_dir))


def test_a_redis_that_does_not_answer_is_said_in_one_line_without_its_password(
    build_site: Callable[..., Site],
) -> None:
    site = build_site({"REDIS_URL": f"redis://user:Zb3kqV9sT0@127.0.0.1:{free_port()}/0"})
    site.start()
    (line,) = [line for line in site.log().splitlines() if "REDIS_URL" in line]
    assert line.startswith("partyflow: Redis does not answer")
    assert "Zb3kqV9sT0" not in site.log()
    assert site.stop() == 0
    assert not site.tracebacks()


def test_a_redis_address_that_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    run = serve("--bind", "127.0.0.1", "--port", str(free_port()), VAR_DIR=str(tmp_path), REDIS_URL="localhost")
    assert_refused(run, "REDIS_URL")


def test_something_else_than_a_redis_is_said_in_one_line(server: ServerProcess, tmp_path: Path) -> None:
    server.start()
    url = f"redis://127.0.0.1:{server.port}"
    run = serve("--bind", "127.0.0.1", "--port", str(free_port()), VAR_DIR=str(tmp_path), REDIS_URL=url)
    assert_refused(run, "REDIS_URL")


def test_an_unsafe_production_is_refused_in_one_line(tmp_path: Path) -> None:
    run = serve(VAR_DIR=str(tmp_path), PUBLIC_URL="https://play.example", REDIS_URL="redis://127.0.0.1:1")
    assert_refused(run, "SECRET_KEY")
    assert list(tmp_path.iterdir()) == []


def test_a_public_address_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    assert_refused(serve("--public-url", "play.example", VAR_DIR=str(tmp_path)), "PUBLIC_URL")


def test_plain_http_under_a_public_name_is_refused_in_one_line(tmp_path: Path) -> None:
    assert_refused(serve("--public-url", "http://party.flow", VAR_DIR=str(tmp_path)), "PUBLIC_URL", "https://")


def test_an_old_python_is_told_so_in_one_line() -> None:
    source = (ROOT / "manage.py").read_text()
    ast.parse(source, feature_version=(3, 4))
    pretend = f"import sys; sys.version_info = (3, 8, 1, 'final', 0); exec({source!r})"
    run = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, timeout=WAIT_S)
    assert_refused(run, "3.11", "3.8")
