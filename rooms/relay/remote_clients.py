"""The owner's end: clients in this worker's rooms whose sockets are at other workers.

To its room such a client is one like any other. Throttled and cut for reading too slowly it is at the edge.
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
from rooms.relay.messages import DOWN, Ended, Gone, Hello, Roll, Said, TakeOver, Upward, unpack_up
from rooms.session.client_session import ClientSession
from rooms.session.remote_room import RateVerdict
from rooms.telemetry.log_context import bind_log_subject, log_context_for

logger = logging.getLogger(__name__)

WATCH_INTERVAL_S = 1.0
ROLL_TIMEOUT_MS = 5_000
"""An edge that has not called the roll for so long is gone, and its sockets with it."""
MAX_UNHEARD = 256


class RelayedTransport:
    """The way out to a client at another worker."""

    def __init__(self, link: Link, number: int, has_keepalive: bool, ended: Callable[[], None]) -> None:
        self.edge_worker: str | None = link.there
        self.has_keepalive = has_keepalive
        self.told = 0
        self._link = link
        self._number = number
        self._ended = ended

    def set_listener(self, listener: TransportListener | None) -> None:
        """Does nothing: overload is detected at the edge."""

    def send(self, outgoing: PreparedMessage, version: Version) -> None:
        """Send, or pass over what ``version`` does not have."""
        text = outgoing.text(version)
        if text is not None:
            self.told += 1
            self._link.tell(text, self._number, self.told)

    def close(self, code: int) -> None:
        """Close after all that was sent."""
        self.told += 1
        self._link.put(Ended(self._number, self.told, code))
        self._ended()

    def set_receiver(self, receiver: Receiver) -> None:
        """Nothing: messages come with the parcels."""

    def ping(self, on_pong: Callable[[], None]) -> None:
        """Nothing: how long the whole way takes is known when the client acknowledges something."""


class Visitor:
    """One client from elsewhere, from its greeting to its end."""

    def __init__(self, node: Node, hello: Hello, link: Link, ended: Callable[[], None]) -> None:
        self.socket = RelayedTransport(link, hello.socket, hello.has_keepalive, ended)
        self.connection = Connection(hello.code, self.socket, hello.origin, hello.address)
        self.heard = 0
        self._log_context = log_context_for(self.connection)
        excess = None if hello.wait_s is None else RateLimited(hello.wait_s)
        self._session = ClientSession(node, self.connection, lambda: hello.cookie, verdict=RateVerdict(excess))
        self._unheard: asyncio.Queue[tuple[str | bytes, float] | None] = asyncio.Queue()
        self._unheard.put_nowait(_said(hello.said))
        self._is_up_to_date = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Hear the greeting, and whatever has been said after it."""
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def hear(self, said: Said) -> None:
        """The client says. What comes twice is ignored; after what is missing nothing can be trusted."""
        if said.number <= self.heard or self.connection.is_closed:
            return
        if said.number > self.heard + 1:
            self.connection.close(CloseCode.RESTARTING)
            return
        self.heard = said.number
        self.connection.last_received_ms = clock.now_ms()
        if self._session.can_receive_nowait and self._is_up_to_date and self._unheard.empty():
            self._log_context.run(self._session.receive_nowait, _said(said.said)[0])
        elif self._unheard.qsize() < MAX_UNHEARD:
            self._unheard.put_nowait(_said(said.said))
        else:
            self.connection.on_overload(Overload.FLOOD)

    def leave(self) -> None:
        """The client is gone, or sent away."""
        self._unheard.put_nowait(None)

    async def _serve(self) -> None:
        bind_log_subject(self.connection)
        try:
            while True:
                self._is_up_to_date = self._unheard.empty()
                unheard = await self._unheard.get()
                self._is_up_to_date = False
                if unheard is None:
                    break
                if not self.connection.is_closed:
                    await self._hear(*unheard)
        finally:
            self.connection.log_close(None)
            self._session.leave()

    async def _hear(self, said: str | bytes, arrived_s: float) -> None:
        try:
            await self._session.receive(said, arrived_s)
        except Exception:
            self._session.on_unexpected_error()


class Visitors:
    """All clients from other workers."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._by_edge: dict[str, dict[int, Visitor]] = {}
        self._links: dict[str, Link] = {}
        self._last_roll_ms: dict[str, int] = {}

    def __len__(self) -> int:
        return sum(map(len, self._by_edge.values()))

    def take(self, message: Message) -> None:
        """Read a parcel from an edge."""
        edge: str = message["from"]
        for item in unpack_up(message["parcel"]):
            self._read(edge, item)

    def lost(self) -> None:
        """The layer has failed: nobody knows what is missing."""
        for edge in tuple(self._by_edge):
            self._let_go(edge)

    async def flush(self) -> None:
        """Wait until everything that was told is sent."""
        for link in tuple(self._links.values()):
            await link.flush()

    async def watch(self) -> None:
        """Let the clients of edges go that are not heard of any more, until cancelled."""
        while True:
            await asyncio.sleep(WATCH_INTERVAL_S)
            self.look_after()

    def look_after(self) -> None:
        """Let the clients of edges go that have not called the roll in time."""
        too_long_ago_ms = clock.now_ms() - ROLL_TIMEOUT_MS
        for edge in tuple(self._by_edge):
            if self._last_roll_ms.get(edge, 0) < too_long_ago_ms:
                self._let_go(edge)

    def _read(self, edge: str, item: Upward) -> None:
        match item:
            case Hello():
                self._welcome(edge, item)
            case Said():
                visitor = self._visitors(edge).get(item.socket)
                if visitor is not None:
                    visitor.hear(item)
                else:
                    self._link_to(edge).put(Ended(item.socket, 0, CloseCode.RESTARTING))
            case Gone():
                self._leave(edge, item.socket)
            case Roll():
                self._call_the_roll(edge, item.numbers)

    def _welcome(self, edge: str, hello: Hello) -> None:
        if not self._by_edge.get(edge):
            self._last_roll_ms[edge] = clock.now_ms()
        number = hello.socket
        visitor = Visitor(self._node, hello, self._link_to(edge), lambda: self._leave(edge, number))
        self._visitors(edge)[number] = visitor
        live = self._node.registry.get(hello.code)
        if live is None or live.hub or live.is_stopped or self._node.is_draining:
            visitor.begin()
        else:
            self._node.spawn(self._offer(edge, number, visitor, live), "a room on its way to its only visitor")

    async def _offer(self, edge: str, number: int, visitor: Visitor, live: LiveRoom) -> None:
        if await self._node.registry.move_out(live):
            self._visitors(edge).pop(number, None)
            self._link_to(edge).put(TakeOver(number))
        else:
            visitor.begin()

    def _call_the_roll(self, edge: str, said: dict[int, int]) -> None:
        visitors, link = self._visitors(edge), self._link_to(edge)
        self._last_roll_ms[edge] = clock.now_ms()
        for number in visitors.keys() - said.keys():
            self._leave(edge, number)
        for number in said.keys() - visitors.keys():
            link.put(Ended(number, 0, CloseCode.RESTARTING))
        for number, visitor in tuple(visitors.items()):
            if said[number] > visitor.heard:
                visitor.connection.close(CloseCode.RESTARTING)
        link.put(Roll({number: visitor.socket.told for number, visitor in visitors.items()}), 16 * len(visitors))

    def _leave(self, edge: str, number: int) -> None:
        visitor = self._visitors(edge).pop(number, None)
        if visitor is not None:
            visitor.leave()

    def _let_go(self, edge: str) -> None:
        for visitor in self._by_edge.pop(edge, {}).values():
            visitor.connection.close(CloseCode.RESTARTING)
            visitor.leave()
        self._links.pop(edge, None)

    def _visitors(self, edge: str) -> dict[int, Visitor]:
        return self._by_edge.setdefault(edge, {})

    def _link_to(self, edge: str) -> Link:
        link = self._links.get(edge)
        if link is None or link.is_broken:
            link = self._links[edge] = Link(DOWN, self._node.store.worker, edge, lambda: self._let_go(edge))
        return link


def _said(text: str | None) -> tuple[str | bytes, float]:
    return b"" if text is None else text, perf_counter()
