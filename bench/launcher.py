"""A PartyFlow server as a process of its own, with its own data: start it, stop it, kill it, start it again."""

import contextlib
import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
STATIC_ROOT = ROOT / "test-results" / "static"
"""Static files are collected once for all servers, which takes seconds."""
START_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 25.0

# What a developer may have in the environment must not reach a server that tests and measurements rely on.
FOREIGN_VARIABLES = (
    "ALLOWED_HOSTS", "ANONYMOUS_ROOMS", "BEHIND_PROXY", "BIND", "CACHE_URL", "CHANNELS_URL", "DATABASE_URL", "DEBUG",
    "DJANGO_SETTINGS_MODULE", "OTEL_EXPORTER_OTLP_ENDPOINT", "PORT", "PUBLIC_URL", "RATE_LIMITS", "REDIS_URL",
    "SECRET_KEY", "SENTRY_DSN", "STATIC_ROOT", "TRUSTED_PROXIES", "VAR_DIR", "WORKER_ID",
)  # fmt: skip


class ServerFailed(RuntimeError):
    """The server did not come up, or did not go down; the end of its log is in the message."""


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def raise_file_limit() -> None:
    """Allow this process, and those it starts, as many sockets as the system lets it have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class ServerProcess:
    """One ``manage.py serve`` on a loopback port, with all its data under ``var_dir``.

    ``env`` is added to the environment. `start` after `stop` or `kill` starts it again on the same port and data.
    ``name`` is that of its log, where several share a directory.
    """

    def __init__(self, var_dir: Path, env: Mapping[str, str] | None = None, name: str = "server") -> None:
        self.var_dir = var_dir
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.log_path = var_dir / f"{name}.log"
        self._env = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
        self._env |= {"VAR_DIR": str(var_dir), "STATIC_ROOT": str(STATIC_ROOT), "PORT": str(self.port)}
        self._env |= {"PYTHONUNBUFFERED": "1", **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._started: dict[int, psutil.Process] = {}

    @property
    def pid(self) -> int:
        """The process that was started; it leads its own process group."""
        if self._process is None:
            raise ServerFailed("the server is not running")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ws_url(self, room_id: str) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/?roomId={room_id}"

    def command(self) -> list[str]:
        """What is run."""
        return [sys.executable, str(ROOT / "manage.py"), "serve", "--bind", "127.0.0.1", "--port", str(self.port)]

    def start(self) -> None:
        """Start it and wait until ``/healthz`` answers. Raises `ServerFailed`."""
        self.var_dir.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._is_healthy():
            if not self.is_running or time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"the server did not come up:\n{self.log()[-4000:]}")
            time.sleep(0.03)
        self._remember_processes()

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and wait for that; the exit code. Raises `ServerFailed` if it hangs."""
        self._remember_processes()
        process = self._process
        if process is None:
            raise ServerFailed("the server is not running")
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerFailed(f"the server did not end after SIGTERM:\n{self.log()[-4000:]}") from None
        self._process = None
        return code

    def kill(self) -> float:
        """``kill -9`` for the server alone: an embedded Valkey lives on, as it would after a crash.

        When that was, on the local monotonic clock: a process may take a moment to be gone.
        """
        killed_at_s = time.monotonic()
        if self._process is not None:
            self._remember_processes()
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            killed_at_s = time.monotonic()
            self._process.wait()
            self._process = None
        return killed_at_s

    def freeze(self) -> None:
        """SIGSTOP: the kernel takes connections for it, and nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it goes on as if no time had passed."""
        os.kill(self.pid, signal.SIGCONT)

    def dispose(self) -> None:
        """Stop the server if it runs, and whatever it started that is still there."""
        if self.is_running:
            self.stop()
        for process in self._started.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        _, stubborn = psutil.wait_procs(list(self._started.values()), timeout=5)
        for process in stubborn:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._started.clear()

    def log(self) -> str:
        """Everything that the server has printed so far, over all its starts."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def manage(self, *arguments: str) -> str:
        """What ``manage.py`` prints, run with the server's environment beside it. Raises if it fails."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self._env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
        ).stdout

    def python_processes(self) -> list[psutil.Process]:
        """The server's own processes, without its Valkey."""
        root = psutil.Process(self.pid)
        return [process for process in (root, *root.children(recursive=True)) if "valkey" not in process.name()]

    def cpu_s(self) -> float:
        """CPU seconds, user and system, that `python_processes` have used up to now."""
        return sum(sum(process.cpu_times()[:2]) for process in self.python_processes())

    def rss_bytes(self) -> int:
        """Resident memory of `python_processes`."""
        return sum(process.memory_info().rss for process in self.python_processes())

    def _remember_processes(self) -> None:
        # A Valkey that outlives its server is adopted by init and could not be found any more at the end.
        if self.is_running:
            for child in psutil.Process(self.pid).children(recursive=True):
                self._started[child.pid] = child

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
