"""Edge of the relay: sockets of this worker whose rooms are owned by other workers."""

import asyncio
import itertools
import logging
from collections.abc import Iterator, Sequence
from typing import Protocol

from rooms.cluster.inbox import Message
from rooms.cluster.membership import Membership
from rooms.live.connection import Connection
from rooms.protocol.errors import CloseCode
from rooms.protocol.frames import text_frame
from rooms.protocol.versions import Version
from rooms.relay.link import Link
from rooms.relay.messages import UP, Checkpoint, Close, Closed, Downward, Inbound, Open, Outbound, TakeOver, unpack_down
from rooms.session.remote_room import RateVerdict, RemoteRoom
from rooms.storage.redis_client import REDIS_ERRORS
from rooms.telemetry.counters import counters

logger = logging.getLogger(__name__)

WATCH_INTERVAL_S = 0.5
MAX_MISSED_CHECKPOINTS = 6
"""After so many unanswered checkpoints an owner counts as lost, whatever its heartbeats say."""
BATCH = 200
BATCH_INTERVAL_S = 0.2


class RelayedClient(Protocol):
    """A client whose session is relayed."""

    connection: Connection

    async def replay(self, raw: Sequence[str | bytes], verdict: RateVerdict) -> None:
        """Receive here the messages that the former owner has not confirmed: this worker may claim the room."""

    @property
    def host_cookie(self) -> str | None:
        """The host's secret from the browser's cookie."""


class RelayedMessage:
    """A message from a remote room, encoded for the version of its sockets."""

    __slots__ = ("_frame", "_text")

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._frame: bytes | None = None

    def text(self, version: Version) -> bytes:
        """The message as JSON."""
        return self._text

    def frame(self, version: Version) -> bytes:
        """The message as a WebSocket frame."""
        if self._frame is None:
            self._frame = text_frame(self._text)
        return self._frame


class EdgeChannel:
    """The relay channel of one client, at the edge."""

    def __init__(
        self, edge: "Edge", link: Link, socket: int, client: RelayedClient, verdict: RateVerdict, handshake: str | bytes
    ) -> None:
        self.socket = socket
        self.link = link
        self.connection = client.connection
        self.sent_count = 0
        self.received_count = 0
        self._edge = edge
        self._client = client
        self._verdict = verdict
        self._unconfirmed = [handshake]

    def send(self, raw: str | bytes) -> None:
        """Send a client's message to the owner."""
        self.sent_count += 1
        if not self.received_count:
            self._unconfirmed.append(raw)
        self.link.put(Inbound(self.socket, self.sent_count, _text(raw)), len(raw))

    def close(self) -> None:
        """Close after the client's socket has closed."""
        if self._edge.forget(self):
            self.link.put(Closed(self.socket))

    def forward(self, number: int, relayed: RelayedMessage) -> None:
        """Deliver a message of the room to the client; a gap in the numbers cuts the channel."""
        if number == self.received_count + 1:
            self.received_count = number
            self._unconfirmed.clear()
            self.connection.forward(relayed)
        elif number > self.received_count:
            self.cut()

    def end(self, code: int) -> None:
        """Close the socket as the room demands."""
        self._edge.forget(self)
        self.connection.close(code)

    def cut(self) -> None:
        """Close with 1012 after a loss; the client reconnects."""
        counters.relays_broken += 1
        self.close()
        self.connection.close(CloseCode.RESTARTING)

    async def take_over(self) -> None:
        """Claim the room here and replay what its former owner has not confirmed."""
        self._edge.forget(self)
        try:
            await self._client.replay(self._unconfirmed, self._verdict)
        except Exception:
            logger.exception("Room %s: replay of a relayed client failed", self.connection.code)
            self.connection.close(CloseCode.RESTARTING)


class Edge:
    """All relay channels to other workers."""

    def __init__(self, worker: str, membership: Membership) -> None:
        self._worker = worker
        self._membership = membership
        self._numbers = itertools.count(1)
        self._channels: dict[int, EdgeChannel] = {}
        self._links: dict[str, Link] = {}
        self._unanswered: dict[str, int] = {}
        """Checkpoints since the last answer, by owner."""
        self._background: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._channels)

    def __iter__(self) -> Iterator[EdgeChannel]:
        return iter(tuple(self._channels.values()))

    def dial(self, client: RelayedClient, remote_room: RemoteRoom, handshake: str | bytes) -> EdgeChannel:
        """Open a relay channel to the room's owner."""
        counters.relayed += 1
        counters.relayed_open += 1
        connection, link = client.connection, self._link_to(remote_room.worker)
        channel = EdgeChannel(self, link, next(self._numbers), client, remote_room.verdict, handshake)
        self._channels[channel.socket] = channel
        excess = remote_room.verdict.excess
        opening = Open(
            socket=channel.socket,
            code=connection.code,
            origin=connection.origin,
            address=connection.client_key,
            cookie=client.host_cookie,
            has_keepalive=connection.has_keepalive,
            wait_s=None if excess is None else excess.wait_s,
            text=_text(handshake),
        )
        link.put(opening, len(handshake))
        return channel

    def forget(self, channel: EdgeChannel) -> bool:
        """Remove the channel; False if it was removed before."""
        is_known = self._channels.pop(channel.socket, None) is not None
        counters.relayed_open -= is_known
        return is_known

    def receive(self, message: Message) -> None:
        """Handle a batch of messages from an owner."""
        owner: str = message["from"]
        for item in unpack_down(message["parcel"]):
            self._handle(owner, item)

    def on_delivery_error(self) -> None:
        """Cut all channels: the layer has failed, and messages may be missing."""
        for channel in self:
            channel.cut()

    async def watch(self) -> None:
        """Check the owners until cancelled."""
        while True:
            await asyncio.sleep(WATCH_INTERVAL_S)
            if self._channels:
                await self.check()

    async def check(self) -> None:
        """Cut channels to owners that are dead or silent; send a checkpoint to the others."""
        try:
            await self._membership.refresh()
        except REDIS_ERRORS:
            return  # messages do not get through either
        by_owner: dict[str, dict[int, int]] = {}
        for channel in self:
            by_owner.setdefault(channel.link.remote_worker, {})[channel.socket] = channel.sent_count
        for owner, numbers in by_owner.items():
            unanswered = self._unanswered[owner] = self._unanswered.get(owner, 0) + 1
            if self._membership.is_alive(owner) and unanswered <= MAX_MISSED_CHECKPOINTS:
                self._link_to(owner).put(Checkpoint(numbers), 16 * len(numbers))
            else:
                self._cut_all(owner)

    async def flush(self) -> None:
        """Wait until everything is sent."""
        for link in tuple(self._links.values()):
            await link.flush()

    async def close_all(self) -> None:
        """Close all relayed sockets with 1012, in batches."""
        for number, channel in enumerate(self):
            if number and number % BATCH == 0:
                await asyncio.sleep(BATCH_INTERVAL_S)
            channel.close()
            channel.connection.close(CloseCode.RESTARTING)

    def _handle(self, owner: str, item: Downward) -> None:
        match item:
            case Outbound():
                relayed = RelayedMessage(item.text)
                for socket, number in item.to:
                    if (channel := self._channels.get(socket)) is not None:
                        channel.forward(number, relayed)
            case Close():
                if (channel := self._channels.get(item.socket)) is not None:
                    channel.end(item.code)
            case TakeOver():
                if (channel := self._channels.get(item.socket)) is not None:
                    task = asyncio.get_running_loop().create_task(channel.take_over())
                    self._background.add(task)
                    task.add_done_callback(self._background.discard)
            case Checkpoint():
                self._unanswered[owner] = 0
                self._reconcile(owner, item.numbers)

    def _reconcile(self, owner: str, sent_counts: dict[int, int]) -> None:
        for channel in self:
            is_theirs = channel.link.remote_worker == owner
            if is_theirs and sent_counts.get(channel.socket, channel.received_count) > channel.received_count:
                channel.cut()

    def _link_to(self, owner: str) -> Link:
        link = self._links.get(owner)
        if link is None or link.is_broken:
            link = self._links[owner] = Link(UP, self._worker, owner, lambda: self._cut_all(owner))
            self._unanswered[owner] = 0
        return link

    def _cut_all(self, owner: str) -> None:
        for channel in self:
            if channel.link.remote_worker == owner:
                channel.cut()
        self._links.pop(owner, None)
        self._unanswered.pop(owner, None)


def _text(raw: str | bytes) -> str | None:
    return raw if isinstance(raw, str) else None
