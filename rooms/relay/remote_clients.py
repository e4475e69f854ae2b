"""Owner's side of the relay: clients in this worker's rooms whose sockets are at other workers.

To its room such a client is like any other. The edge throttles it and cuts it for reading too slowly.
"""

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter

from rooms import clock
from rooms.cluster.inbox import Message
from rooms.cluster.node import Node
from rooms.errors import RateLimited
from rooms.live.connection import Connection
from rooms.live.room import LiveRoom
from rooms.live.transport import Overload, PreparedMessage, Receiver, TransportListener
from rooms.protocol.errors import CloseCode
from rooms.protocol.versions import Version
from rooms.relay.link import Link
from rooms.relay.messages import DOWN, Checkpoint, Close, Closed, Inbound, Open, TakeOver, Upward, unpack_up
from rooms.session.client_session import ClientSession
from rooms.session.remote_room import RateVerdict
from rooms.telemetry.log_context import log_context_for

logger = logging.getLogger(__name__)

WATCH_INTERVAL_S = 1.0
CHECKPOINT_TIMEOUT_MS = 5_000
"""An edge without a checkpoint for this long is gone, with its sockets."""
MAX_QUEUED = 256


class RelayTransport:
    """Transport to a client at another worker."""

    def __init__(self, link: Link, number: int, has_keepalive: bool, ended: Callable[[], None]) -> None:
        self.edge_worker: str | None = link.remote_worker
        self.has_keepalive = has_keepalive
        self.sent_count = 0
        self._link = link
        self._number = number
        self._ended = ended

    def set_listener(self, listener: TransportListener | None) -> None:
        """Does nothing: overload is detected at the edge."""

    def send(self, outgoing: PreparedMessage, version: Version) -> None:
        """Send, or skip a message that ``version`` does not have."""
        text = outgoing.text(version)
        if text is not None:
            self.sent_count += 1
            self._link.put_text(text, self._number, self.sent_count)

    def close(self, code: int) -> None:
        """Close after all that was sent."""
        self.sent_count += 1
        self._link.put(Close(self._number, self.sent_count, code))
        self._ended()

    def set_receiver(self, receiver: Receiver) -> None:
        """Does nothing: messages arrive through the relay."""

    def ping(self, on_pong: Callable[[], None]) -> None:
        """Does nothing: the round trip is measured by acknowledgements."""


class RemoteClient:
    """One relayed client: its session at the owner."""

    def __init__(self, node: Node, opening: Open, link: Link, ended: Callable[[], None]) -> None:
        self.socket = RelayTransport(link, opening.socket, opening.has_keepalive, ended)
        self.connection = Connection(opening.code, self.socket, opening.origin, opening.address)
        self.received_count = 0
        self._log_context = log_context_for(self.connection)
        excess = None if opening.wait_s is None else RateLimited(opening.wait_s)
        self._session = ClientSession(node, self.connection, lambda: opening.cookie, verdict=RateVerdict(excess))
        self._queue: asyncio.Queue[tuple[str | bytes, float] | None] = asyncio.Queue()
        self._queue.put_nowait(_queue_item(opening.text))
        self._is_up_to_date = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start to serve the session."""
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def receive(self, inbound: Inbound) -> None:
        """Receive a message. A duplicate is ignored, a gap closes the socket with 1012."""
        if inbound.number <= self.received_count or self.connection.is_closed:
            return
        if inbound.number > self.received_count + 1:
            self.connection.close(CloseCode.RESTARTING)
            return
        self.received_count = inbound.number
        if self._session.can_receive_nowait and self._is_up_to_date and self._queue.empty():
            self._log_context.run(self._session.receive_nowait, _queue_item(inbound.text)[0])
        elif self._queue.qsize() < MAX_QUEUED:
            self._queue.put_nowait(_queue_item(inbound.text))
        else:
            self.connection.on_overload(Overload.FLOOD)

    def leave(self) -> None:
        """End the session."""
        self._queue.put_nowait(None)

    async def _serve(self) -> None:
        self._session.open()
        try:
            while True:
                self._is_up_to_date = self._queue.empty()
                queued = await self._queue.get()
                self._is_up_to_date = False
                if queued is None:
                    break
                if not self.connection.is_closed:
                    await self._session.receive(*queued)
        finally:
            self._session.close(None)


class RemoteClients:
    """All relayed clients of this worker's rooms."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._by_edge: dict[str, dict[int, RemoteClient]] = {}
        self._links: dict[str, Link] = {}
        self._last_checkpoint_ms: dict[str, int] = {}

    def __len__(self) -> int:
        return sum(map(len, self._by_edge.values()))

    def receive(self, message: Message) -> None:
        """Handle a batch of messages from an edge."""
        edge: str = message["from"]
        for item in unpack_up(message["parcel"]):
            self._handle(edge, item)

    def on_delivery_error(self) -> None:
        """Drop all clients: the layer has failed, and messages may be missing."""
        for edge in tuple(self._by_edge):
            self._drop_edge(edge)

    async def flush(self) -> None:
        """Wait until everything is sent."""
        for link in tuple(self._links.values()):
            await link.flush()

    async def watch(self) -> None:
        """Check the edges until cancelled."""
        while True:
            await asyncio.sleep(WATCH_INTERVAL_S)
            self.check()

    def check(self) -> None:
        """Drop the clients of edges without a checkpoint in time."""
        too_long_ago_ms = clock.now_ms() - CHECKPOINT_TIMEOUT_MS
        for edge in tuple(self._by_edge):
            if self._last_checkpoint_ms.get(edge, 0) < too_long_ago_ms:
                self._drop_edge(edge)

    def _handle(self, edge: str, item: Upward) -> None:
        match item:
            case Open():
                self._open(edge, item)
            case Inbound():
                client = self._clients(edge).get(item.socket)
                if client is not None:
                    client.receive(item)
                else:
                    self._link_to(edge).put(Close(item.socket, 0, CloseCode.RESTARTING))
            case Closed():
                self._leave(edge, item.socket)
            case Checkpoint():
                self._reconcile(edge, item.numbers)

    def _open(self, edge: str, opening: Open) -> None:
        if not self._by_edge.get(edge):
            self._last_checkpoint_ms[edge] = clock.now_ms()
        number = opening.socket
        client = RemoteClient(self._node, opening, self._link_to(edge), lambda: self._leave(edge, number))
        self._clients(edge)[number] = client
        live = self._node.registry.get(opening.code)
        if live is None or live.hub or live.is_stopped or self._node.is_draining:
            client.start()
        else:
            self._node.spawn(self._release_or_start(edge, number, client, live), "release of a room to its only client")

    async def _release_or_start(self, edge: str, number: int, client: RemoteClient, live: LiveRoom) -> None:
        if await self._node.registry.move_out(live):
            self._clients(edge).pop(number, None)
            self._link_to(edge).put(TakeOver(number))
        else:
            client.start()

    def _reconcile(self, edge: str, sent_counts: dict[int, int]) -> None:
        clients, link = self._clients(edge), self._link_to(edge)
        self._last_checkpoint_ms[edge] = clock.now_ms()
        for number in clients.keys() - sent_counts.keys():
            self._leave(edge, number)
        for number in sent_counts.keys() - clients.keys():
            link.put(Close(number, 0, CloseCode.RESTARTING))
        for number, client in tuple(clients.items()):
            if sent_counts[number] > client.received_count:
                client.connection.close(CloseCode.RESTARTING)
        link.put(
            Checkpoint({number: client.socket.sent_count for number, client in clients.items()}),
            16 * len(clients),
        )

    def _leave(self, edge: str, number: int) -> None:
        client = self._clients(edge).pop(number, None)
        if client is not None:
            client.leave()

    def _drop_edge(self, edge: str) -> None:
        for client in self._by_edge.pop(edge, {}).values():
            client.connection.close(CloseCode.RESTARTING)
            client.leave()
        self._links.pop(edge, None)

    def _clients(self, edge: str) -> dict[int, RemoteClient]:
        return self._by_edge.setdefault(edge, {})

    def _link_to(self, edge: str) -> Link:
        link = self._links.get(edge)
        if link is None or link.is_broken:
            link = self._links[edge] = Link(DOWN, self._node.store.worker, edge, lambda: self._drop_edge(edge))
        return link


def _queue_item(text: str | None) -> tuple[str | bytes, float]:
    return b"" if text is None else text, perf_counter()
