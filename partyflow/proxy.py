"""Who is calling, when a proxy stands in front (`BEHIND_PROXY`)."""

from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


class BehindProxy:
    """ASGI middleware that takes the client's address from the proxy.

    Believed is the last entry of X-Forwarded-For alone: the one that the nearest proxy wrote, whatever the client sent.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        forwarded = [value for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
        if forwarded:
            address = forwarded[-1].rsplit(b",", 1)[-1].strip().decode("latin1")
            scope = {**scope, "client": [address, 0]}
        await self.application(scope, receive, send)
