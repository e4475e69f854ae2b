"""The edge: sockets of this worker whose rooms live at others."""

import asyncio
import itertools
import logging
from collections.abc import Iterator, Sequence
from typing import Protocol

from rooms.cluster.inbox import Message
from rooms.cluster.membership import Liveness
from rooms.live.connection import Connection
from rooms.protocol.errors import CloseCode
from rooms.protocol.frames import text_frame
from rooms.protocol.versions import Version
from rooms.relay.link import Link
from rooms.relay.messages import UP, Downward, Ended, Gone, Hello, Roll, Said, TakeOver, Told, unpack_down
from rooms.session.remote_room import RateVerdict, RemoteRoom
from rooms.storage.redis_client import REDIS_ERRORS
from rooms.telemetry.counters import counters

logger = logging.getLogger(__name__)

WATCH_INTERVAL_S = 0.5
ROLLS_UNANSWERED = 6
"""So many, and the owner is taken for lost, whatever its signs of life say."""
WAVE = 200
WAVE_INTERVAL_S = 0.2


class Caller(Protocol):
    """The client at this end of a line."""

    connection: Connection

    async def replay(self, said: Sequence[str | bytes], verdict: RateVerdict) -> None:
        """The room that was elsewhere is to be had: hear here what was ``said`` to the other worker."""

    @property
    def secret_of_host(self) -> str | None:
        """The host's secret as the browser sent it."""


class Relayed:
    """A message from a room elsewhere, as JSON for the version of the sockets that it is for."""

    __slots__ = ("_frame", "_text")

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._frame: bytes | None = None

    def text(self, version: Version) -> bytes:
        """The message."""
        return self._text

    def frame(self, version: Version) -> bytes:
        """The same, ready for the wire."""
        if self._frame is None:
            self._frame = text_frame(self._text)
        return self._frame


class RelayedLine:
    """One client's line to its room."""

    def __init__(
        self, edge: "Edge", link: Link, socket: int, caller: Caller, verdict: RateVerdict, greeting: str | bytes
    ) -> None:
        self.socket = socket
        self.link = link
        self.connection = caller.connection
        self.said = 0
        self.told = 0
        self._edge = edge
        self._caller = caller
        self._verdict = verdict
        self._unanswered = [greeting]

    def send(self, said: str | bytes) -> None:
        """Pass a message on."""
        self.said += 1
        if not self.told:
            self._unanswered.append(said)
        self.link.put(Said(self.socket, self.said, _text(said)), len(said))

    def close(self) -> None:
        """The client is gone."""
        if self._edge.forget(self):
            self.link.put(Gone(self.socket))

    def forward(self, number: int, relayed: Relayed) -> None:
        """Give the client what its room has told it."""
        if number == self.told + 1:
            self.told = number
            self._unanswered.clear()
            self.connection.forward(relayed)
        elif number > self.told:
            self.cut()

    def end(self, code: int) -> None:
        """The room has closed the socket."""
        self._edge.forget(self)
        self.connection.close(code)

    def cut(self) -> None:
        """Something is lost: the client has to come back."""
        counters.relays_broken += 1
        self.close()
        self.connection.close(CloseCode.RESTARTING)

    async def take_over(self) -> None:
        """The room is to be had: what was said to its former owner is to be heard here."""
        self._edge.forget(self)
        try:
            await self._caller.replay(self._unanswered, self._verdict)
        except Exception:
            logger.exception("A client of room %s could not be let in", self.connection.code)
            self.connection.close(CloseCode.RESTARTING)


class Edge:
    """All lines to other workers."""

    def __init__(self, worker: str, liveness: Liveness) -> None:
        self._worker = worker
        self._liveness = liveness
        self._numbers = itertools.count(1)
        self._lines: dict[int, RelayedLine] = {}
        self._links: dict[str, Link] = {}
        self._unanswered: dict[str, int] = {}
        self._background: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[RelayedLine]:
        return iter(tuple(self._lines.values()))

    def dial(self, caller: Caller, remote_room: RemoteRoom, greeting: str | bytes) -> RelayedLine:
        """Lead a client to the worker that has its room."""
        counters.relayed += 1
        counters.relayed_open += 1
        connection, link = caller.connection, self._link_to(remote_room.worker)
        line = RelayedLine(self, link, next(self._numbers), caller, remote_room.verdict, greeting)
        self._lines[line.socket] = line
        excess = remote_room.verdict.excess
        hello = Hello(
            socket=line.socket,
            code=connection.code,
            origin=connection.origin,
            address=connection.client_key,
            cookie=caller.secret_of_host,
            has_keepalive=connection.has_keepalive,
            wait_s=None if excess is None else excess.wait_s,
            said=_text(greeting),
        )
        link.put(hello, len(greeting))
        return line

    def forget(self, line: RelayedLine) -> bool:
        """Know the line no more; False if it was forgotten before."""
        is_known = self._lines.pop(line.socket, None) is not None
        counters.relayed_open -= is_known
        return is_known

    def take(self, message: Message) -> None:
        """Read a parcel from an owner."""
        owner: str = message["from"]
        for item in unpack_down(message["parcel"]):
            self._read(owner, item)

    def lost(self) -> None:
        """The layer has failed: nobody knows what is missing."""
        for line in self:
            line.cut()

    async def watch(self) -> None:
        """Look whether the owners live, and call the roll with them, until cancelled."""
        while True:
            await asyncio.sleep(WATCH_INTERVAL_S)
            if self._lines:
                await self.look_after()

    async def look_after(self) -> None:
        """Cut the lines to owners that are gone or answer no more; compare notes with the others."""
        try:
            await self._liveness.look()
        except REDIS_ERRORS:
            return  # then the parcels do not get through either
        by_owner: dict[str, dict[int, int]] = {}
        for line in self:
            by_owner.setdefault(line.link.there, {})[line.socket] = line.said
        for owner, numbers in by_owner.items():
            unanswered = self._unanswered[owner] = self._unanswered.get(owner, 0) + 1
            if self._liveness.is_alive(owner) and unanswered <= ROLLS_UNANSWERED:
                self._link_to(owner).put(Roll(numbers), 16 * len(numbers))
            else:
                self._cut_all(owner)

    async def flush(self) -> None:
        """Wait until everything that was said is sent."""
        for link in tuple(self._links.values()):
            await link.flush()

    async def close_all(self) -> None:
        """This worker is to end: send the clients away, in waves."""
        for number, line in enumerate(self):
            if number and number % WAVE == 0:
                await asyncio.sleep(WAVE_INTERVAL_S)
            line.close()
            line.connection.close(CloseCode.RESTARTING)

    def _read(self, owner: str, item: Downward) -> None:
        match item:
            case Told():
                relayed = Relayed(item.text)
                for socket, number in item.to:
                    if (line := self._lines.get(socket)) is not None:
                        line.forward(number, relayed)
            case Ended():
                if (line := self._lines.get(item.socket)) is not None:
                    line.end(item.code)
            case TakeOver():
                if (line := self._lines.get(item.socket)) is not None:
                    errand = asyncio.get_running_loop().create_task(line.take_over())
                    self._background.add(errand)
                    errand.add_done_callback(self._background.discard)
            case Roll():
                self._unanswered[owner] = 0
                self._compare(owner, item.numbers)

    def _compare(self, owner: str, told: dict[int, int]) -> None:
        for line in self:
            if line.link.there == owner and told.get(line.socket, line.told) > line.told:
                line.cut()

    def _link_to(self, owner: str) -> Link:
        link = self._links.get(owner)
        if link is None or link.is_broken:
            link = self._links[owner] = Link(UP, self._worker, owner, lambda: self._cut_all(owner))
            self._unanswered[owner] = 0
        return link

    def _cut_all(self, owner: str) -> None:
        for line in self:
            if line.link.there == owner:
                line.cut()
        self._links.pop(owner, None)
        self._unanswered.pop(owner, None)


def _text(said: str | bytes) -> str | None:
    return said if isinstance(said, str) else None
