"""A Valkey of the tests' own, apart from the server: it is killed, frozen, emptied and filled up."""

import asyncio
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bench.launcher import free_port
from gameplay.engine import snapshot
from gameplay.engine.model import Room
from partyflow.launch.embedded_valkey import binary_path
from rooms.protocol.eventlog import EventLog

START_TIMEOUT_S = 10.0
TIMEOUT_S = 2.0


class Valkey:
    """One process on a loopback port; its data stays between `kill9` and `start`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="partyflow-valkey-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it on the data of before and wait until it answers."""
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(binary_path()),
                    *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.directory)),
                    *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
                    *("--maxmemory-policy", "noeviction", "--enable-debug-command", "local"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            assert self._process.poll() is None, (self.directory / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "Valkey does not answer"
            time.sleep(0.02)

    def kill9(self) -> None:
        """``kill -9``; also for one that is frozen."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """SIGSTOP: connections are taken and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: everything that was sent in the meantime is read now."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def dispose(self) -> None:
        self.kill9()
        shutil.rmtree(self.directory, ignore_errors=True)

    @contextmanager
    def client(self) -> Iterator["redis.Redis"]:
        """A client that answers within two seconds, or fails."""
        client = redis.Redis.from_url(
            self.url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0)
        )
        try:
            yield client
        finally:
            client.close()

    def flush(self) -> None:
        """Lose everything."""
        with self.client() as client:
            client.flushall()

    def limit_memory(self, limit_bytes: int) -> None:
        """Refuse whatever needs more memory than this; 0 lifts the limit."""
        with self.client() as client:
            client.config_set("maxmemory", limit_bytes)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class Stored:
    """A room as Redis has it."""

    def __init__(self, room: Room, log: EventLog, epoch: int, revision: int) -> None:
        self.room = room
        self.log = log
        self.epoch = epoch
        self.revision = revision

    @property
    def is_whole(self) -> bool:
        """Whether deck and log go with the state: all three are needed to play on from here."""
        has_deck = not self.room.deck_position or len(self.room.deck.words) >= self.room.deck_position
        return has_deck and self.log.sequence_id == self.room.sequence_id

    @property
    def scores(self) -> dict[str, int]:
        return {team.id: team.score for team in self.room.teams}


def stored(client: "redis.Redis", code: str) -> Stored | None:
    """The room with this code, as far as Redis has it."""
    found = client.hgetall(f"pf:{{{code}}}:state")
    if b"state" not in found:
        return None
    deck = client.get(f"pf:{{{code}}}:deck")
    room = snapshot.load(found[b"state"], deck)
    parts = client.lrange(f"pf:{{{code}}}:log", 0, -1)
    log = EventLog.load(parts[0], room.sequence_id, *parts[1:]) if parts else EventLog(-1)
    return Stored(room, log, int(found[b"epoch"]), int(found[b"revision"]))


async def until_stored(valkey: Valkey, code: str, state_version: int, patience_s: float) -> float:
    """Wait until Redis has all of the room at ``state_version`` or later; how long that took, in seconds."""
    began = time.monotonic()
    with valkey.client() as client:
        while True:
            there = stored(client, code)
            took_s = time.monotonic() - began
            if there is not None and there.room.state_version >= state_version and there.is_whole:
                return took_s
            has = "nothing" if there is None else f"{'' if there.is_whole else 'parts of '}{there.room.state_version}"
            assert took_s < patience_s, f"Redis has {has} of {code} after {patience_s} s, not {state_version}"
            await asyncio.sleep(0.02)
