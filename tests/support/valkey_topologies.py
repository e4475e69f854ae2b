"""Several Valkeys that belong together: a master with a replica and a sentinel, or a cluster of three."""

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import redis
from redis.exceptions import RedisClusterException, RedisError

from bench.launcher import free_port
from partyflow.launch.embedded_valkey import binary_path

TIMEOUT_S = 15.0
SLOTS = 16384


class _Member:
    """One process, with a directory of its own."""

    def __init__(self, directory: Path, *arguments: str, config: str = "") -> None:
        self.port = free_port()
        self.directory = directory
        directory.mkdir()
        # Sentinels write down what they learn, so that everybody is given a file.
        (directory / "valkey.conf").write_text(f"port {self.port}\nbind 127.0.0.1\ndir {directory}\n{config}")
        with (directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(binary_path()), str(directory / "valkey.conf"), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def client(self) -> "redis.Redis":
        return redis.Redis(port=self.port, socket_timeout=2, socket_connect_timeout=2)

    def kill9(self) -> None:
        self.process.kill()
        self.process.wait()


class _Family:
    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="partyflow-valkeys-"))
        self.members: list[_Member] = []

    def dispose(self) -> None:
        for member in self.members:
            member.kill9()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _add(self, name: str, *arguments: str, config: str = "") -> _Member:
        self.members.append(_Member(self.directory / name, *arguments, config=config))
        _until(self.members[-1].client().ping, f"{name} answers")
        return self.members[-1]


class Watched(_Family):
    """A master and a replica, watched by one sentinel whose word is enough. ``url`` is what PartyFlow is told."""

    def __init__(self) -> None:
        super().__init__()
        self.master = self._add("master", "--appendonly", "yes", "--save", "")
        self.replica = self._add(
            "replica", "--replicaof", "127.0.0.1", str(self.master.port), "--appendonly", "yes", "--save", ""
        )
        # First: a sentinel looks for replicas when it starts, and then every ten seconds only.
        _until(lambda: self.master.client().info("replication")["connected_slaves"] == 1, "the replica follows")
        watched = f"127.0.0.1 {self.master.port} 1"
        self.sentinel = self._add(
            "sentinel",
            "--sentinel",
            config=(
                f"sentinel monitor party {watched}\n"
                "sentinel down-after-milliseconds party 500\n"
                "sentinel failover-timeout party 3000\n"
            ),
        )
        self.url = f"redis+sentinel://127.0.0.1:{self.sentinel.port}/party"
        _until(lambda: self._told()["num-slaves"] == 1, "the sentinel knows the replica")

    def until_failed_over(self) -> None:
        """Wait until the sentinel names the replica as the master."""
        _until(lambda: self._told()["port"] == self.replica.port, "the replica is the master")
        _until(lambda: self.replica.client().role()[0] == b"master", "the replica knows it")

    def _told(self) -> dict[str, int]:
        found: dict[str, int] = self.sentinel.client().sentinel_master("party")
        return found


class Cluster(_Family):
    """Three masters that share the slots."""

    def __init__(self) -> None:
        super().__init__()
        size = 3
        for number in range(size):
            member = self._add(
                f"member{number}",
                *("--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--cluster-node-timeout", "2000"),
                *("--appendonly", "yes", "--save", ""),
            )
            first, last = number * SLOTS // size, (number + 1) * SLOTS // size - 1
            member.client().execute_command("CLUSTER ADDSLOTSRANGE", first, last)
        first = self.members[0].client()
        for member in self.members[1:]:
            bus = member.client().config_get("cluster-port")["cluster-port"]
            first.execute_command("CLUSTER MEET", "127.0.0.1", member.port, int(bus))
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{member.port}" for member in self.members)
        for member in self.members:
            _until(lambda m=member: _is_whole(m), "the cluster is whole")

    def client(self) -> "redis.RedisCluster":
        return redis.RedisCluster(host="127.0.0.1", port=self.members[0].port)


def _is_whole(member: _Member) -> bool:
    facts = member.client().execute_command("CLUSTER INFO")
    return facts["cluster_state"] == "ok" and int(facts["cluster_known_nodes"]) == 3


def _until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        with contextlib.suppress(RedisError, RedisClusterException):
            if is_so():
                return
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)
