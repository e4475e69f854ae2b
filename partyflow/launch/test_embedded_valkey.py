import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from partyflow.launch.embedded_valkey import EmbeddedValkey, ValkeyStartError

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 20.0


@pytest.fixture
def directory() -> Iterator[Path]:
    # Not tmp_path: a unix socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="pf-") as path:
        yield Path(path)


@pytest.fixture
def valkey(directory: Path) -> Iterator[EmbeddedValkey]:
    valkey = EmbeddedValkey(directory / "valkey", directory / "valkey.sock")
    valkey.start()
    yield valkey
    valkey.stop()


def client_of(valkey: EmbeddedValkey) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(valkey.path), decode_responses=True, retry=Retry(NoBackoff(), 0))


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answers(valkey: EmbeddedValkey) -> bool:
    try:
        return bool(client_of(valkey).ping())
    except redis.ConnectionError:
        return False


def test_it_keeps_its_data_from_start_to_start(valkey: EmbeddedValkey) -> None:
    client_of(valkey).set("room", "ABC234")
    valkey.stop()
    assert not answers(valkey)
    assert valkey.pid is None
    valkey.start()
    assert client_of(valkey).get("room") == "ABC234"


def test_it_listens_on_its_socket_alone_and_only_for_its_owner(valkey: EmbeddedValkey) -> None:
    assert client_of(valkey).config_get("port") == {"port": "0"}
    assert valkey.pid is not None
    listening = [found for found in psutil.Process(valkey.pid).net_connections("inet") if found.status == "LISTEN"]
    assert listening == []
    assert valkey.path.stat().st_mode & 0o077 == 0


def test_it_does_not_hear_the_ctrl_c_of_the_terminal(valkey: EmbeddedValkey) -> None:
    assert valkey.pid is not None
    assert os.getsid(valkey.pid) != os.getsid(0)


def test_it_is_started_again_with_its_data_when_it_dies(valkey: EmbeddedValkey) -> None:
    client_of(valkey).set("room", "ABC234")
    client_of(valkey).execute_command("WAITAOF", 1, 0, 5000)
    first = valkey.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: valkey.pid != first and answers(valkey))
    assert client_of(valkey).get("room") == "ABC234"


def test_a_second_one_on_the_same_data_is_refused(valkey: EmbeddedValkey) -> None:
    second = EmbeddedValkey(valkey.directory, valkey.path)
    with pytest.raises(ValkeyStartError, match="another PartyFlow is using"):
        second.start()
    assert answers(valkey)


def test_one_left_behind_is_replaced_and_its_data_kept(directory: Path) -> None:
    script = (
        "import os, pathlib, sys; from partyflow.launch.embedded_valkey import EmbeddedValkey\n"
        "directory = pathlib.Path(sys.argv[1])\n"
        "valkey = EmbeddedValkey(directory / 'valkey', directory / 'valkey.sock'); valkey.start()\n"
        "print(valkey.pid, flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script, str(directory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert owner.stdout
    left_behind = int(owner.stdout.readline())
    valkey = EmbeddedValkey(directory / "valkey", directory / "valkey.sock")
    try:
        client_of(valkey).set("room", "ABC234")
        owner.kill()
        owner.communicate()
        assert answers(valkey), "kill -9 leaves it behind"
        valkey.start()
        assert valkey.pid != left_behind
        assert client_of(valkey).get("room") == "ABC234"
        wait_until(lambda: not psutil.pid_exists(left_behind) or is_zombie(left_behind))
    finally:
        valkey.stop()
        if psutil.pid_exists(left_behind) and not is_zombie(left_behind):
            os.kill(left_behind, signal.SIGKILL)


def is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_dead_socket_file_is_no_obstacle(directory: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(directory / "valkey.sock"))
    valkey = EmbeddedValkey(directory / "valkey", directory / "valkey.sock")
    valkey.start()
    assert answers(valkey)
    valkey.stop()


def test_a_directory_that_can_not_be_written_is_named_in_one_line(directory: Path) -> None:
    (directory / "file").touch()
    valkey = EmbeddedValkey(directory / "file" / "valkey", directory / "valkey.sock")
    with pytest.raises(ValkeyStartError, match="can't use") as failure:
        valkey.start()
    assert "\n" not in str(failure.value)
