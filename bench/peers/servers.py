"""The peers as sites: one process each, entered directly."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from bench.client_socket import Door
from bench.launcher import ROOT, ServerFailed, free_port
from bench.rooms import Ticket
from bench.topologies import Processes
from partyflow.config.var_dir import valkey_socket_path
from partyflow.launch.embedded_valkey import EmbeddedValkey

NODE = Path(__file__).parent / "node"
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 5.0


class PeerServer:
    """A server started by ``command``, in which ``{port}`` is replaced. It makes a room when somebody enters it."""

    metrics: Sequence[Door] = ()

    def __init__(
        self, directory: Path, description: str, wire: str, command: Sequence[str], cwd: Path, env: Mapping[str, str]
    ) -> None:
        self.description = description
        self.wire = wire
        self.redis_url: str | None = None
        self.doors = [Door(free_port())]
        self._command = [part.format(port=self.doors[0].port) for part in command]
        self._cwd = cwd
        self._env = {**os.environ, **env}
        self._log = directory / "peer.log"
        self._process: psutil.Popen | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = psutil.Popen(
                self._command, cwd=self._cwd, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServerFailed(f"{self.description} did not come up:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except psutil.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def tickets(self, count: int) -> list[Ticket]:
        (door,) = self.doors
        return [Ticket(number, f"R{number:05}", "", door, door) for number in range(count)]

    def servers(self) -> Processes:
        if self._process is None:
            return {}
        return {"server": [psutil.Process(self._process.pid), *self._process.children(recursive=True)]}

    def infrastructure(self) -> Processes:
        return {}

    def _listens(self) -> bool:
        (door,) = self.doors
        with socket.socket() as probe:
            return probe.connect_ex((door.host, door.port)) == 0


class StockChannels(PeerServer):
    """Channels with daphne, and a Redis of its own for the channel layer."""

    def __init__(self, directory: Path) -> None:
        path = valkey_socket_path(directory)
        self._valkey = EmbeddedValkey(directory / "valkey", path)
        url = f"unix://{path}"
        super().__init__(
            directory,
            "stock Channels",
            "spaced",
            [
                *(str(Path(sys.executable).parent / "daphne"), "-v", "0", "-b", "127.0.0.1", "-p", "{port}"),
                "bench.peers.stock_channels.asgi:application",
            ],
            ROOT,
            {
                "DJANGO_SETTINGS_MODULE": "bench.peers.stock_channels.settings",
                "REDIS_URL": url,
                "PYTHONPATH": str(ROOT),
            },
        )
        self.redis_url = url

    def start(self) -> None:
        self._valkey.start()
        super().start()

    def stop(self) -> None:
        super().stop()
        self._valkey.stop()

    def infrastructure(self) -> Processes:
        return {"redis": [psutil.Process(self._valkey.pid)]}


def node_server(directory: Path, description: str, wire: str, script: str) -> PeerServer:
    """One of the servers in ``node/``."""
    return PeerServer(directory, description, wire, ["node", script, "{port}"], NODE, {"NODE_ENV": "production"})


def install_node_servers() -> None:
    """Fetch what the Node servers import, unless it is there. Raises `ServerFailed` when there is no Node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise ServerFailed("Node 20 or newer, with npm, is needed for this comparison")
    lock, installed = NODE / "package-lock.json", NODE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        with contextlib.suppress(FileNotFoundError):
            installed.unlink()
        run = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=NODE, capture_output=True, text=True)
        if run.returncode:
            raise ServerFailed(f"npm ci failed:\n{run.stderr[-2000:]}")
