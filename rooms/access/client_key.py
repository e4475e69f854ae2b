"""Client keys: who counts as one client for rate limits and bans.

Clients are keyed by their IPv4 address or IPv6 /64. A key is a keyed hash: the address itself is neither kept nor sent.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNKNOWN_CLIENT = ""
"""The key of a client without an IP address, as behind a unix socket. Limits do not apply to it."""
IPV6_PREFIX_BITS = 64
"""A household has a whole /64, and each of its devices any address in it."""
KEY_DIGITS = 24


def client_key(source: HttpRequest | Mapping[str, Any]) -> str:
    """The key of the client that sent a request, or that has opened the socket of an ASGI scope."""
    if isinstance(source, HttpRequest):
        return key_for_address(source.META.get("REMOTE_ADDR") or "")
    client = source.get("client")
    return key_for_address(str(client[0])) if client else UNKNOWN_CLIENT


def key_for_address(address: str) -> str:
    """A keyed hash of the network prefix of ``address``, the same on every worker; `UNKNOWN_CLIENT` if it has none."""
    prefix = network_prefix(address)
    if prefix is None:
        return UNKNOWN_CLIENT
    return hmac.new(settings.SECRET_KEY.encode(), f"peer {prefix}".encode(), hashlib.sha256).hexdigest()[:KEY_DIGITS]


def network_prefix(address: str) -> str | None:
    """An IPv4 address as it is, the /64 of an IPv6 address; None if ``address`` is neither."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX_BITS), strict=False))
