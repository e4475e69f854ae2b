"""What workers and commands send to one another over the `default` channel layer (channels-redis).

Every worker reads one channel of its own. Whoever wants an answer names a channel that exists for this answer alone.
Messages may be lost or come twice: the layer keeps them for a minute, and Redis may be away.
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

AFTER_FAULT_S = 0.25
LOST = (RedisError, OSError, TimeoutError, ChannelFull)
"""What the layer raises when a message did not get through, or may not have."""

Message = dict[str, Any]
Handler = Callable[[Message], None]


class Layer(Protocol):
    """A channel layer, as far as it is used here."""

    async def send(self, channel: str, message: Message) -> None:
        """Put ``message`` into ``channel``."""

    async def receive(self, channel: str) -> Message:
        """Wait for the next message of ``channel``."""


def between_processes() -> Layer:
    """The layer that reaches every worker."""
    return cast(Layer, get_channel_layer("default"))


def channel_of(worker: str) -> str:
    """Where this start of a worker reads."""
    return f"worker.{worker}"


def answer_channel() -> str:
    """A channel that nobody else has."""
    return f"answer.{uuid.uuid4().hex}"


class Mailbox:
    """Reads what is sent to this worker. ``handlers`` are called by the message's ``type``, and must not wait."""

    def __init__(self, worker: str, handlers: Mapping[str, Handler], lost: Callable[[], None] = lambda: None) -> None:
        self.channel = channel_of(worker)
        self._handlers = handlers
        self._lost = lost

    async def run(self) -> None:
        """Read until cancelled. ``lost`` is called whenever the layer has failed: messages may be missing."""
        layer, is_there = between_processes(), True
        while True:
            try:
                message = await layer.receive(self.channel)
            except LOST as error:
                if is_there:
                    logger.warning("Other workers cannot be heard: %s: %s", type(error).__name__, error)
                is_there = False
                self._lost()
                await asyncio.sleep(AFTER_FAULT_S)
            else:
                is_there = True
                self._open(message)

    def _open(self, message: Message) -> None:
        handler = self._handlers.get(message.get("type", ""))
        if handler is None:
            logger.warning("Nobody here reads messages of type %.50r", message.get("type"))
            return
        try:
            handler(message)
        except Exception:
            logger.exception("A message of type %s from another process failed", message["type"])
