"""A whole deployment on the loopback interface: nginx with the real configuration, workers, one Valkey.

It is what docker-compose.yml describes, in processes of its own: all under one directory, all ended by their ids.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.launcher import FOREIGN_VARIABLES, ROOT, ServerProcess
from bench.nginx import Nginx
from tests.support.certificate import HOST, make_certificate, trusting
from tests.support.postgres import Postgres
from tests.support.site import Door
from tests.support.valkey import Valkey

COMMAND_TIMEOUT_S = 120.0
PATIENCE_S = 20.0
LOOK_AGAIN_S = 0.05


class Worker(Door):
    """One of the workers, to be met behind the proxy's back."""

    def __init__(self, name: str, server: ServerProcess, origin: str) -> None:
        self.name = name
        self.server = server
        super().__init__(server.port, origin)

    def tracebacks(self) -> str:
        """Its log from the first traceback on, as much as one wants to read; empty if there is none."""
        _, found, rest = self.server.log().partition("Traceback")
        return (found + rest)[:3000]


class Cluster(Door):
    """The proxy's door, and what is behind it. Addresses have no limits unless ``env`` says so.

    Plain HTTP and one SQLite for all workers, as far as the database goes; with ``is_production`` TLS, PostgreSQL and
    collected files, as in a deployment.
    """

    def __init__(self, size: int = 2, env: Mapping[str, str] | None = None, is_production: bool = False) -> None:
        # Directly under the temporary directory: nginx wants short paths for some of its own, too.
        self.directory = Path(tempfile.mkdtemp(prefix="partyflow-"))
        self.valkey = Valkey()
        self.postgres = Postgres() if is_production else None
        certificates = self.directory / "certs" if is_production else None
        static_root = self.directory / "static" if is_production else ROOT / "static"
        self.nginx = Nginx(self.directory / "nginx", {}, static_root, certificates)
        if certificates is not None:
            make_certificate(certificates)
            super().__init__(self.nginx.port, f"https://{HOST}:{self.nginx.port}", trusting(certificates))
        else:
            super().__init__(self.nginx.port, f"http://127.0.0.1:{self.nginx.port}")
        self._env = {
            "PUBLIC_URL": self.origin,
            "BEHIND_PROXY": "on",
            "REDIS_URL": self.valkey.url,
            "RATE_LIMITS": "off",
            **(self._production() if self.postgres is not None else {}),
            **(env or {}),
        }
        self.workers: dict[str, Worker] = {}
        self._removed: list[Worker] = []
        for number in range(size):
            self._make_worker(f"w{number + 1}")

    def start(self) -> None:
        """Everything, in the order in which a deployment starts."""
        self.valkey.start()
        first, *others = self.workers.values()
        if self.postgres is not None:
            self.postgres.start()
            self._manage("migrate", "--no-input")
            self._manage("load_wordpacks")
            self._manage("collectstatic", "--no-input")
            others.append(first)
        else:
            first.server.start()  # which makes the database that all of them share
        self._start_at_once(others)
        self.nginx.workers = self._ports()
        self.nginx.start()

    def owner_of(self, room_id: str) -> str:
        """The name of the worker that has the room, by what Redis says; "" if nobody has."""
        with self.valkey.client() as client:
            worker: bytes | None = client.hget(f"pf:{{{room_id}}}:state", "worker")  # type: ignore[assignment]
        return (worker or b"").decode().rpartition(".")[0]

    def worker_of(self, room_id: str) -> Worker:
        """The worker that has the room."""
        return self.workers[self.owner_of(room_id)]

    async def until_owned_by(self, room_id: str, name: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until this worker has the room."""
        deadline = time.monotonic() + patience_s
        while (owner := self.owner_of(room_id)) != name:
            assert time.monotonic() < deadline, f"{room_id} is at {owner or 'no worker'}, not at {name}"
            await asyncio.sleep(LOOK_AGAIN_S)

    async def until_each_room_lives_once(self, count: int, patience_s: float = PATIENCE_S) -> None:
        """Wait until the workers have as many rooms in memory as there are: never two of them the same one."""
        deadline = time.monotonic() + patience_s
        while True:
            rooms = {name: await worker.metric("rooms") for name, worker in self.workers.items()}
            if sum(rooms.values()) == count:
                return
            assert time.monotonic() < deadline, f"{count} rooms are in memory as {rooms}"
            await asyncio.sleep(LOOK_AGAIN_S)

    def add_worker(self) -> Worker:
        """A worker more, with a line in nginx's configuration; open sockets stay where they are."""
        worker = self._make_worker(f"w{len(self.workers) + 1}")
        worker.server.start()
        self.nginx.reload(self._ports())
        return worker

    def remove_worker(self, name: str) -> int:
        """Take a worker out of nginx's configuration, and then end it (SIGTERM); its exit code."""
        worker = self.workers.pop(name)
        self.nginx.reload(self._ports())
        self._removed.append(worker)
        return worker.server.stop()

    def tracebacks(self) -> str:
        """The first of each worker that had any."""
        return "\n".join(filter(None, (worker.tracebacks() for worker in (*self.workers.values(), *self._removed))))

    def dispose(self) -> None:
        """End everything and remove the data."""
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
            if self.postgres is not None:
                stack.callback(self.postgres.dispose)
            stack.callback(self.valkey.dispose)
            for worker in (*self.workers.values(), *self._removed):
                stack.callback(worker.server.dispose)
            stack.callback(self.nginx.stop)

    # Inside

    def _production(self) -> dict[str, str]:
        assert self.postgres is not None
        return {
            "DEBUG": "off",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "DATABASE_URL": self.postgres.url,
            "STATIC_ROOT": str(self.directory / "static"),
        }

    def _make_worker(self, name: str) -> Worker:
        server = ServerProcess(self.directory / "var", {**self._env, "WORKER_ID": name}, name)
        self.workers[name] = Worker(name, server, self.origin)
        return self.workers[name]

    def _ports(self) -> dict[str, int]:
        return {name: worker.port for name, worker in self.workers.items()}

    def _start_at_once(self, workers: list[Worker]) -> None:
        with ThreadPoolExecutor(max(1, len(workers))) as pool:
            for _ in pool.map(lambda worker: worker.server.start(), workers):
                pass

    def _manage(self, *arguments: str) -> None:
        foreign = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
        run = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=ROOT,
            env=foreign | {"VAR_DIR": str(self.directory / "var")} | self._env,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
        )
        assert run.returncode == 0, run.stderr[-3000:]
