"""Link to one other worker: messages in order, as many as possible in one batch."""

import asyncio
import logging
from collections.abc import Callable

from rooms.cluster.inbox import DELIVERY_ERRORS, cluster_layer, worker_channel
from rooms.relay.messages import Downward, Outbound, Upward, pack

logger = logging.getLogger(__name__)

SEND_TIMEOUT_S = 2.0
MAX_UNSENT_BYTES = 4 * 1024 * 1024
OVERHEAD_BYTES = 64


class Link:
    """Sends batches to ``remote_worker``, one at a time; messages that come meanwhile join the next one.

    ``on_broken`` is called once when a batch may not have arrived, or too much waits; then nothing more is sent.
    """

    def __init__(self, kind: str, local_worker: str, remote_worker: str, on_broken: Callable[[], None]) -> None:
        self.remote_worker = remote_worker
        self.is_broken = False
        self._kind = kind
        self._local_worker = local_worker
        self._on_broken = on_broken
        self._unsent: list[Upward | Downward] = []
        self._unsent_bytes = 0
        self._task: asyncio.Task[None] | None = None

    def put(self, item: Upward | Downward, size_bytes: int = 0) -> None:
        """Queue ``item``."""
        if self.is_broken:
            return
        self._unsent.append(item)
        self._unsent_bytes += size_bytes + OVERHEAD_BYTES
        if self._unsent_bytes > MAX_UNSENT_BYTES:
            self._break("too many unsent bytes")
        elif self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._send())

    def put_text(self, text: bytes, socket: int, number: int) -> None:
        """Queue ``text`` for a socket; the text of a broadcast is sent once for all sockets."""
        last = self._unsent[-1] if self._unsent else None
        if type(last) is Outbound and last.text is text:
            last.to.append((socket, number))
        else:
            self.put(Outbound(text, [(socket, number)]), len(text))

    async def flush(self) -> None:
        """Wait until everything is sent or has failed."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _send(self) -> None:
        layer, channel = cluster_layer(), worker_channel(self.remote_worker)
        try:
            while self._unsent:
                batch, self._unsent, self._unsent_bytes = self._unsent, [], 0
                message = {"type": self._kind, "from": self._local_worker, "parcel": pack(batch)}
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await layer.send(channel, message)
        except DELIVERY_ERRORS as error:
            self._break(f"{type(error).__name__}: {error}")
        finally:
            self._task = None

    def _break(self, why: str) -> None:
        if not self.is_broken:
            logger.warning("Relay link to worker %s failed: %s", self.remote_worker, why)
            self.is_broken = True
            self._unsent = []
            self._on_broken()
