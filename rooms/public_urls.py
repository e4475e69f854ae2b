"""Which address to give to phones. The one in the host's own browser may mean nothing to them."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings


def public_origin(host: str, is_secure: bool) -> str:
    """``https://play.example``: where a phone finds this site, given the ``Host`` of a request to it.

    PUBLIC_URL if it is set; else the address that the request itself came by, unless that leads only to this machine.
    """
    if settings.PUBLIC_URL or _is_loopback(host):
        return str(settings.SITE_URL)
    return f"{'https' if is_secure else 'http'}://{host}"


def join_url(origin: str, code: str) -> str:
    """The address in the QR code: short enough to type, a player's page behind it."""
    return f"{origin}/{code}"


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
