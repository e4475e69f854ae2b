"""What is put under load: a server, or several behind a proxy, with the processes that it is made of."""

import math
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import psutil

from bench.client_socket import Door
from bench.launcher import ServerProcess
from bench.room_creation import create_rooms
from bench.rooms import SOCKETS_PER_ROOM, Ticket
from partyflow.config.var_dir import valkey_socket_path
from tests.support.cluster import Cluster

# Long rounds, so that all rooms are in play for the whole measurement.
SETTINGS = {"roundDurationSec": 180, "roundsPerTeam": 10}

PROXY_CONNECTIONS = 32_768
"""What `deploy/nginx.conf` lets one process have."""
FILL = 0.8
"""How full each may become, on average."""

Processes = dict[str, list[psutil.Process]]


class Site(Protocol):
    """Started, measured and stopped."""

    @property
    def wire(self) -> str:
        """The dialect that it speaks."""

    @property
    def description(self) -> str:
        """Half a sentence: what the sockets find."""

    @property
    def redis_url(self) -> str | None:
        """Its Redis, if it has one."""

    @property
    def doors(self) -> Sequence[Door]:
        """Where a room that joins later may be made and entered."""

    @property
    def metrics(self) -> Sequence[Door]:
        """Where each worker's ``/metrics`` can be read."""

    def start(self) -> None:
        """Start everything. Raises `ServerFailed`."""

    def stop(self) -> None:
        """End everything, and remove what it has written."""

    def tickets(self, count: int) -> list[Ticket]:
        """So many rooms, made anew."""

    def servers(self) -> Processes:
        """The processes that run the rooms, by worker."""

    def infrastructure(self) -> Processes:
        """Those beside them: ``nginx``, ``redis``."""


def _tickets_at(door: Door, count: int) -> list[Ticket]:
    """For so many new rooms, in each of which everybody uses this one door."""
    return [
        Ticket(number, created.room_id, created.session_id, door, door)
        for number, created in enumerate(create_rooms(door, count, SETTINGS))
    ]


class OneServer:
    """PartyFlow as one process, entered directly, with the Valkey that it starts for itself."""

    wire = "partyflow"
    description = "one server, entered directly"

    def __init__(self, directory: Path) -> None:
        # The path of a unix socket has to be short.
        self._server = ServerProcess(directory / "var", {"RATE_LIMITS": "off"})
        self.redis_url = f"unix://{valkey_socket_path(self._server.var_dir)}"
        self.doors = [Door(self._server.port)]
        self.metrics = self.doors

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.dispose()

    def tickets(self, count: int) -> list[Ticket]:
        return _tickets_at(*self.doors, count)

    def servers(self) -> Processes:
        return {"server": self._server.python_processes()}

    def infrastructure(self) -> Processes:
        children = psutil.Process(self._server.pid).children(recursive=True)
        return {"redis": [child for child in children if "valkey" in child.name()]}


class ManyWorkers:
    """Workers that share a Valkey, behind nginx with `deploy/nginx.conf`."""

    wire = "partyflow"

    def __init__(self, workers: int, rooms: int) -> None:
        self._cluster = Cluster(workers)
        self._cluster.nginx.processes = _proxy_processes(rooms * SOCKETS_PER_ROOM)
        self.description = f"{workers} workers behind nginx"
        self.redis_url = self._cluster.valkey.url
        self.doors = [Door(self._cluster.nginx.port)]
        self.metrics = [Door(worker.server.port) for worker in self._cluster.workers.values()]

    def start(self) -> None:
        self._cluster.start()

    def stop(self) -> None:
        self._cluster.dispose()

    def tickets(self, count: int) -> list[Ticket]:
        return _tickets_at(*self.doors, count)

    def servers(self) -> Processes:
        return {name: worker.server.python_processes() for name, worker in self._cluster.workers.items()}

    def infrastructure(self) -> Processes:
        with self._cluster.valkey.client() as client:
            valkey = psutil.Process(client.info("server")["process_id"])
        return {"nginx": [psutil.Process(pid) for pid in self._cluster.nginx.process_ids()], "redis": [valkey]}


def _proxy_processes(sockets: int) -> int | None:
    """More processes of nginx than usual where one, if it has bad luck, would need more files than it may open.

    A socket takes two, and the processes that wait for connections don't share them evenly.
    """
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    may_open = min(limit, PROXY_CONNECTIONS)
    return math.ceil(2 * sockets / (FILL * may_open)) if 2 * sockets > may_open else None


class AtTheWorkers(ManyWorkers):
    """The same workers, entered without nginx: players beside their host, or, if ``is_relayed``, at the next worker.

    The worker that the host has come to has the room.
    """

    def __init__(self, workers: int, is_relayed: bool) -> None:
        super().__init__(workers, 0)
        how = "players at the wrong worker" if is_relayed else "everybody at the right worker"
        self.description = f"{workers} workers without a proxy, {how}"
        site = self._cluster.origin
        self.doors = [Door(worker.server.port, site) for worker in self._cluster.workers.values()]
        self._aside = int(is_relayed)

    def tickets(self, count: int) -> list[Ticket]:
        doors = self.doors
        return [
            Ticket(
                number,
                created.room_id,
                created.session_id,
                doors[number % len(doors)],
                doors[(number + self._aside) % len(doors)],
            )
            for number, created in enumerate(create_rooms(doors[0], count, SETTINGS))
        ]

    def infrastructure(self) -> Processes:
        return {"redis": super().infrastructure()["redis"]}
