"""ASGI's own beginning and end, for servers that are not ours: `manage.py serve` sees to both by itself."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

logger = logging.getLogger(__name__)

Hook = Callable[[], Awaitable[None]]


class Lifespan:
    """Awaits ``start`` before the first connection is taken, and ``stop`` when no more are."""

    def __init__(self, start: Hook, stop: Hook) -> None:
        self._hooks = {"startup": start, "shutdown": stop}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Live as long as the process. A start that fails ends it."""
        for stage in ("startup", "shutdown"):
            message = await receive()
            if message["type"] != f"lifespan.{stage}":
                raise ValueError(f"{message['type']} is no part of a lifespan")
            try:
                await self._hooks[stage]()
            except Exception as error:
                logger.exception("The %s failed", stage)
                await send({"type": f"lifespan.{stage}.failed", "message": str(error)})
                return
            await send({"type": f"lifespan.{stage}.complete"})
