"""The site under test: a real server process with data of its own."""

import asyncio
import functools
import http.client
import json
import re
import shutil
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.launcher import ServerProcess

HTTP_TIMEOUT_S = 30.0
DATABASE = "db.sqlite3"


@dataclass(frozen=True)
class Response:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Created:
    """What ``POST /api/rooms`` answers: the room, and the host's secret."""

    room_id: str
    host_id: str
    session_id: str


class Door:
    """Where a site is entered: a loopback port, plain or with TLS, and the origin that its own pages have."""

    def __init__(self, port: int, origin: str, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.origin = origin
        self.tls = tls

    async def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """One HTTP exchange; redirects are not followed."""
        return await asyncio.to_thread(self._exchange, method, path, body, dict(headers or {}))

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        return await self.request("GET", path, headers=headers)

    async def post_json(self, path: str, value: object) -> Response:
        return await self.request("POST", path, json.dumps(value).encode(), {"Content-Type": "application/json"})

    async def create_room(self, host_name: str = "Alice", settings: Mapping[str, Any] | None = None) -> Created:
        answer = await self.post_json("/api/rooms", {"hostName": host_name, "settings": dict(settings or {})})
        assert answer.status == 201, (answer.status, answer.body[:500])
        facts = answer.json()
        return Created(facts["roomId"], facts["hostId"], facts["sessionId"])

    async def metric(self, name: str) -> float:
        """A figure of the worker that answers, without its prefix; the sum where there are labels."""
        lines = (await self.get("/metrics")).body.decode().splitlines()
        found = [line for line in lines if re.match(rf"partyflow_{name}[ {{]", line)]
        assert found, f"there is no figure {name}"
        return sum(float(line.rsplit(" ", 1)[1]) for line in found)

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Response:
        connection = (
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=HTTP_TIMEOUT_S)
            if self.tls is None
            else http.client.HTTPSConnection("127.0.0.1", self.port, timeout=HTTP_TIMEOUT_S, context=self.tls)
        )
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            pairs = [line.split(";", 1)[0].partition("=") for line in answer.headers.get_all("Set-Cookie", [])]
            return Response(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                cookies={name.strip(): value for name, _, value in pairs},
                body=answer.read(),
            )
        finally:
            connection.close()


class Site(Door):
    """A server for tests, of the kind ``process``. Addresses have no limits unless ``env`` says ``RATE_LIMITS=on``."""

    def __init__(self, env: Mapping[str, str] | None = None, process: type[ServerProcess] = ServerProcess) -> None:
        # Directly under the temporary directory: the path of a unix socket has to be short.
        self._directory = Path(tempfile.mkdtemp(prefix="partyflow-"))
        self.server = process(self._directory / "var", {"RATE_LIMITS": "off", **(env or {})})
        super().__init__(self.server.port, self.server.origin)

    def start(self) -> None:
        database = self.server.var_dir / DATABASE
        if not database.exists():
            self.server.var_dir.mkdir(parents=True, exist_ok=True)
            database.write_bytes(_migrated_database())
        self.server.start()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        return self.server.stop()

    def kill9(self) -> float:
        """``kill -9``; the moment, on the local monotonic clock."""
        return self.server.kill()

    def log(self) -> str:
        return self.server.log()

    def tracebacks(self) -> str:
        """The log from its first traceback on, as much as one wants to read; empty if there is none."""
        _, found, rest = self.log().partition("Traceback")
        return (found + rest)[:3000]

    def dispose(self) -> None:
        """End everything and remove the data."""
        self.server.dispose()
        shutil.rmtree(self._directory, ignore_errors=True)


@functools.cache
def _migrated_database() -> bytes:
    """A site's SQLite after its first start, so that not every server of a run has to migrate its own."""
    with tempfile.TemporaryDirectory(prefix="partyflow-") as directory:
        server = ServerProcess(Path(directory))
        for command in ("migrate", "load_wordpacks"):
            server.manage(command)
        return (server.var_dir / DATABASE).read_bytes()
