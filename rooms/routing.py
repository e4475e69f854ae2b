"""WebSocket routing, and the check of Host and Origin before the upgrade."""

import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit

from channels.routing import URLRouter
from django.conf import settings
from django.urls import path, re_path

from rooms.consumers import RoomConsumer
from rooms.network.policy import is_allowed_host, is_stranger

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
Origin = tuple[str, str, int]

_DEFAULT_PORTS = {"http": 80, "https": 443}


async def reject(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answer the upgrade with 403."""
    await receive()
    await send({"type": "websocket.close"})


class SameOriginOnly:
    """ASGI middleware that accepts WebSockets of the site's own pages alone.

    Host has to be an allowed one and the peer no stranger (`rooms.network.policy`); Origin (scheme, host and port) has
    to be ``PUBLIC_URL`` or, unless that is https, the site as the Host header names it.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Pass the socket on, or reject the upgrade with 403 and log it."""
        host, origin = _header(scope, b"host"), _header(scope, b"origin")
        is_own_page = host is not None and is_allowed_host(host)
        is_own_page = is_own_page and _is_allowed_origin(origin, host, scope.get("scheme") == "wss")
        if is_own_page and not is_stranger(_peer(scope)):
            await self._application(scope, receive, send)
            return
        logger.warning("Refused a socket from origin %.200r at host %.200r", origin, host)
        await reject(scope, receive, send)


def _header(scope: dict[str, Any], name: bytes) -> str | None:
    """The header's value; None if it is missing or comes more than once."""
    values = [value for header, value in scope.get("headers", ()) if header == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def _peer(scope: dict[str, Any]) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _is_allowed_origin(origin: str | None, host: str | None, is_secure: bool) -> bool:
    parsed = _parse(origin or "")
    if parsed is None:
        return False
    allowed = [settings.PUBLIC_URL]
    if not settings.PUBLIC_URL.startswith("https://"):
        allowed.append(f"{'https' if is_secure else 'http'}://{host}")
    return parsed in [_parse(own) for own in allowed if own]


@lru_cache(maxsize=256)
def _parse(origin: str) -> Origin | None:
    """Scheme, host and port of an origin; None if it is malformed."""
    try:
        parts = urlsplit(origin.lower())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.path or parts.query or parts.username:
        return None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme]


websocket_urlpatterns = [
    path("ws/", RoomConsumer.as_asgi()),
    re_path(r"", cast(Any, reject)),
]

websocket_application = SameOriginOnly(URLRouter(websocket_urlpatterns))
