"""ASGI lifespan, for other servers than `manage.py serve`, which calls the hooks itself."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

logger = logging.getLogger(__name__)

Hook = Callable[[], Awaitable[None]]


class Lifespan:
    """Awaits ``start`` at startup and ``stop`` at shutdown."""

    def __init__(self, start: Hook, stop: Hook) -> None:
        self._hooks = {"startup": start, "shutdown": stop}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve the lifespan scope; a hook that fails is logged and reported to the server."""
        for stage in ("startup", "shutdown"):
            message = await receive()
            if message["type"] != f"lifespan.{stage}":
                raise ValueError(f"{message['type']} is no lifespan event")
            try:
                await self._hooks[stage]()
            except Exception as error:
                logger.exception("Lifespan %s failed", stage)
                await send({"type": f"lifespan.{stage}.failed", "message": str(error)})
                return
            await send({"type": f"lifespan.{stage}.complete"})
