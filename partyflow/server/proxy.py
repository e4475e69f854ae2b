"""The client's address from a proxy's headers (`BEHIND_PROXY`)."""

import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

FORWARDED_HEADERS = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port"})


class ProxyHeaders:
    """ASGI middleware that sets ``scope["client"]`` from X-Forwarded-For of trusted proxies.

    Only the last entry counts: the nearest proxy wrote it, whatever the client sent. From peers outside ``proxies``
    `FORWARDED_HEADERS` are removed.
    """

    def __init__(self, application: Application, proxies: Iterable[Network]) -> None:
        self._application = application
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Serve one connection."""
        headers = scope.get("headers", ())
        if not self._is_proxy(scope.get("client")):
            scope = {**scope, "headers": [header for header in headers if header[0] not in FORWARDED_HEADERS]}
        elif (address := _forwarded_for(headers)) is not None:
            scope = {**scope, "client": [address, 0]}
        await self._application(scope, receive, send)

    def _is_proxy(self, client: Any) -> bool:
        if not client:
            return True  # a unix socket, which only the proxy can reach
        address = _parse_address(str(client[0]))
        return address is not None and any(address in network for network in self._proxies)


def _forwarded_for(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The last address of the last header, without the port that some proxies add; None if it is no address."""
    forwarded = [value for name, value in headers if name == b"x-forwarded-for"]
    if not forwarded:
        return None
    last = forwarded[-1].rsplit(b",", 1)[-1].strip().decode("latin1")
    if last.startswith("["):
        last = last[1:].partition("]")[0]
    elif last.count(":") == 1:
        last = last.partition(":")[0]
    address = _parse_address(last)
    return None if address is None else str(address)


def _parse_address(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed
