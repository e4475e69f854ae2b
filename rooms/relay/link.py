"""The way to one other worker: everything in order, and as few messages as there can be."""

import asyncio
import logging
from collections.abc import Callable

from rooms.cluster.inbox import LOST, between_processes, channel_of
from rooms.relay.messages import Downward, Told, Upward, pack

logger = logging.getLogger(__name__)

SEND_TIMEOUT_S = 2.0
MAX_UNSENT_BYTES = 4 * 1024 * 1024
OVERHEAD_BYTES = 64


class Link:
    """Sends parcels to ``there``, one after another; what comes up meanwhile goes into the next one.

    ``broken`` is called once when a parcel may not have arrived, or too much waits; then nothing more is sent.
    """

    def __init__(self, kind: str, here: str, there: str, broken: Callable[[], None]) -> None:
        self.there = there
        self.is_broken = False
        self._kind = kind
        self._here = here
        self._broken = broken
        self._unsent: list[Upward | Downward] = []
        self._unsent_bytes = 0
        self._task: asyncio.Task[None] | None = None

    def put(self, item: Upward | Downward, size_bytes: int = 0) -> None:
        """Have ``item`` sent."""
        if self.is_broken:
            return
        self._unsent.append(item)
        self._unsent_bytes += size_bytes + OVERHEAD_BYTES
        if self._unsent_bytes > MAX_UNSENT_BYTES:
            self._break("too much waits to be sent")
        elif self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._send())

    def tell(self, text: bytes, socket: int, number: int) -> None:
        """Have ``text`` told to a socket; a broadcast to many sockets is sent once."""
        last = self._unsent[-1] if self._unsent else None
        if type(last) is Told and last.text is text:
            last.to.append((socket, number))
        else:
            self.put(Told(text, [(socket, number)]), len(text))

    async def flush(self) -> None:
        """Wait until everything is sent, or cannot be."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _send(self) -> None:
        layer, channel = between_processes(), channel_of(self.there)
        try:
            while self._unsent:
                parcel, self._unsent, self._unsent_bytes = self._unsent, [], 0
                message = {"type": self._kind, "from": self._here, "parcel": pack(parcel)}
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await layer.send(channel, message)
        except LOST as error:
            self._break(f"{type(error).__name__}: {error}")
        finally:
            self._task = None

    def _break(self, why: str) -> None:
        if not self.is_broken:
            logger.warning("The way to worker %s is broken: %s", self.there, why)
            self.is_broken = True
            self._unsent = []
            self._broken()
