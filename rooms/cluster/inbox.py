"""Message bus between workers over channels-redis, the `default` channel layer; at most once.

Each worker reads one channel. A request names a reply channel that exists for its reply alone. Messages may be lost or
arrive twice: the layer keeps them for a minute, and Redis may be down.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RETRY_DELAY_S = 0.25
DELIVERY_ERRORS = (RedisError, OSError, TimeoutError, ChannelFull)
"""Raised by the layer when a message was not, or may not have been, delivered."""

Message = dict[str, Any]
Handler = Callable[[Message], None]


class ClusterLayer(Protocol):
    """The part of a channel layer that the bus uses."""

    async def send(self, channel: str, message: Message) -> None:
        """Send ``message`` to ``channel``."""

    async def receive(self, channel: str) -> Message:
        """Wait for the next message of ``channel``."""


def cluster_layer() -> ClusterLayer:
    """The channel layer that connects all workers."""
    return cast(ClusterLayer, get_channel_layer("default"))


def worker_channel(worker: str) -> str:
    """The channel of an incarnation of a worker."""
    return f"worker.{worker}"


def reply_channel() -> str:
    """A unique channel for one reply."""
    return f"answer.{uuid.uuid4().hex}"


class Inbox:
    """Receives this worker's messages and calls the handler of each ``type``; handlers must not block."""

    def __init__(self, worker: str, handlers: Mapping[str, Handler], on_delivery_error: Callable[[], None]) -> None:
        self.channel = worker_channel(worker)
        self._handlers = handlers
        self._on_delivery_error = on_delivery_error

    async def run(self) -> None:
        """Receive until cancelled.

        ``on_delivery_error`` is called after each failure of the layer: messages may be missing.
        """
        layer, is_up = cluster_layer(), True
        while True:
            try:
                message = await layer.receive(self.channel)
            except DELIVERY_ERRORS as error:
                if is_up:
                    logger.warning("Inbox unavailable: %s: %s", type(error).__name__, error)
                is_up = False
                self._on_delivery_error()
                await asyncio.sleep(RETRY_DELAY_S)
            else:
                is_up = True
                self._dispatch(message)

    def _dispatch(self, message: Message) -> None:
        handler = self._handlers.get(message.get("type", ""))
        if handler is None:
            logger.warning("Inbox: unknown message type %.50r", message.get("type"))
            return
        try:
            handler(message)
        except Exception:
            logger.exception("Inbox: handler of %s failed", message["type"])
