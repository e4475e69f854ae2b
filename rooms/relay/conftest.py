"""Two workers in this process, and a cluster layer between them that can lose and repeat messages."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from rooms import worker as worker_module
from rooms.cluster import inbox
from rooms.cluster import node as node_module
from rooms.cluster.node import Node
from rooms.conftest import NEWEST, Guest, Message, MovedClock
from rooms.worker import Worker

TIMEOUT_S = 5.0


class FakeLayer:
    """A cluster layer in memory. ``lose`` and ``repeat`` count next messages by type; ``is_cut`` fails all."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.lose: dict[str, int] = defaultdict(int)
        self.repeat: dict[str, int] = defaultdict(int)
        self.is_cut = False
        self._queues: dict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        if self.is_cut:
            raise ConnectionError("Redis is away")
        self.sent.append(message)
        type_ = message["type"]
        if self.lose[type_]:
            self.lose[type_] -= 1
            return
        self._queues[channel].put_nowait(message)
        if self.repeat[type_]:
            self.repeat[type_] -= 1
            self._queues[channel].put_nowait(message)

    async def receive(self, channel: str) -> dict[str, Any]:
        return await self._queues[channel].get()


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> FakeLayer:
    """The cluster layer of the two workers."""
    layer = FakeLayer()
    monkeypatch.setattr(inbox, "get_channel_layer", lambda alias: layer)
    return layer


class Pair:
    """Worker ``one``, the owner of the rooms, and worker ``two``, the edge of relayed sockets."""

    def __init__(self, one: Worker, two: Worker, go_to: Callable[[Worker], None]) -> None:
        self.one, self.two = one, two
        self._go_to = go_to

    def at(self, worker: Worker) -> None:
        """Sockets that open from now on end at ``worker``."""
        self._go_to(worker)

    async def relayed(self, party: Any, *names: str, version: str = NEWEST) -> None:
        """These players join through worker two."""
        self.at(self.two)
        for name in names:
            guest = party.guests[name] = RelayedGuest(party.code, name, version)
            assert (await guest.connect()).type == "CONNECTED", guest.last
        self.at(self.one)


class RelayedGuest(Guest):
    """A guest whose session is relayed, so that answers arrive later."""

    async def say_raw(self, text: str | bytes) -> list[Message]:
        """Send a frame and wait for the next message; the messages since."""
        before = len(self.messages)
        await super().say_raw(text)
        await until(lambda: len(self.messages) > before or self.close_code is not None)
        return self.messages[before:]

    async def say_only(self, type_: str, payload: dict[str, Any] | None = None, **envelope: Any) -> None:
        """Send a message without waiting for an answer."""
        say_raw = super().say_raw
        self.say_raw = say_raw  # type: ignore[method-assign]
        await self.say(type_, payload, **envelope)
        del self.say_raw

    async def fence(self) -> None:
        """Wait until all messages sent before have been handled."""
        before = len(self.received("HEARTBEAT_ACK"))
        await self.say_only("HEARTBEAT")
        await until(lambda: len(self.received("HEARTBEAT_ACK")) > before)

    def again(self) -> "RelayedGuest":
        again = RelayedGuest(self.code, self.name, self.version)
        again.actor_id, again.session_id = self.actor_id, self.session_id
        return again


async def until(is_true: Callable[[], bool]) -> None:
    """Wait until a condition that depends on the other worker is true."""
    async with asyncio.timeout(TIMEOUT_S):
        while not is_true():  # noqa: ASYNC110 (no event)
            await asyncio.sleep(0.001)


@pytest.fixture
async def pair(
    node: Node, make_node: Callable[[str], Node], layer: FakeLayer, time: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Pair]:
    """The two workers, each of which sees the other's heartbeats."""
    one, two = Worker(node), Worker(make_node("two"))
    await node.lease_guard.heartbeat()
    await two.node.lease_guard.heartbeat()
    time.now_ms += 200
    await node.lease_guard.heartbeat()

    def go_to(worker: Worker) -> None:
        monkeypatch.setattr(node_module, "_node", worker.node)
        monkeypatch.setattr(worker_module, "_worker", worker)

    pair = Pair(one, two, go_to)
    pair.at(one)
    reading = [asyncio.create_task(worker.inbox.run()) for worker in (one, two)]
    yield pair
    for task in reading:
        task.cancel()
    await asyncio.wait(reading)
