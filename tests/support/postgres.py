"""A PostgreSQL of the tests' own, from the distribution's programs, on a loopback port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.launcher import free_port

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0
UNPRIVILEGED = "postgres"
"""Whoever runs as root has to lend it another user: PostgreSQL refuses to be root."""


class Postgres:
    """One server with an empty database, gone with everything in it after `dispose`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="partyflow-postgres-"))
        self._user = UNPRIVILEGED if os.getuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        owner = self._user or pwd.getpwuid(os.getuid()).pw_name
        return f"postgres://{owner}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Make the database, unless there is one of before, and wait until the server answers."""
        data = self.directory / "data"
        if not data.exists():
            self._make(data)
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    _program("postgres"),
                    *("-D", str(data), "-p", str(self.port), "-k", str(self.directory), "-h", "127.0.0.1", "-F"),
                ],
                user=self._user,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            assert self._process.poll() is None, self.log()[-2000:]
            assert time.monotonic() < deadline, "PostgreSQL does not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        """A fast shutdown: whoever is connected is sent away. The data is kept for `start`."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def dispose(self) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _make(self, data: Path) -> None:
        if self._user:
            shutil.chown(self.directory, self._user)
        with (self.directory / "log").open("ab") as log:
            subprocess.run(
                [_program("initdb"), *("-D", str(data), "--auth", "trust", "--encoding", "UTF8"), "--no-sync"],
                user=self._user,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=START_TIMEOUT_S,
                check=True,
            )

    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    def _answers(self) -> bool:
        command = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, timeout=START_TIMEOUT_S).returncode == 0


def _program(name: str) -> str:
    """The newest that is installed; Debian keeps them out of the PATH."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(kept[-1]) if kept else shutil.which(name)
    assert found is not None, "there is no PostgreSQL; `make services` installs it"
    return found
