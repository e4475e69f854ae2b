"""Where requests and sockets come from, as far as limits and bans have to know: as a fingerprint, never the address."""

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = ""
"""The fingerprint of somebody whose address the server does not know, as behind a unix socket."""
HOUSEHOLD_PREFIX = 64
"""One line has a whole /64 of IPv6, and its owner any address in it."""
FINGERPRINT_DIGITS = 24


def peer_of(source: HttpRequest | Mapping[str, Any]) -> str:
    """The fingerprint of whoever sent a request, or is at the other end of a socket with this scope."""
    if isinstance(source, HttpRequest):
        return fingerprint(source.META.get("REMOTE_ADDR") or "")
    client = source.get("client")
    return fingerprint(str(client[0])) if client else UNKNOWN


def fingerprint(address: str) -> str:
    """A keyed hash of the line that ``address`` belongs to, the same on every worker; `UNKNOWN` if it is no address."""
    line = line_of(address)
    if line is None:
        return UNKNOWN
    return hmac.new(settings.SECRET_KEY.encode(), f"peer {line}".encode(), hashlib.sha256).hexdigest()[
        :FINGERPRINT_DIGITS
    ]


def line_of(address: str) -> str | None:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address; None if ``address`` is neither."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, HOUSEHOLD_PREFIX), strict=False))
