"""Public URLs: how phones reach this site. The URL in the host's own browser may lead nowhere on a phone."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings


def public_origin(host: str, is_secure: bool) -> str:
    """The origin of this site for phones, as in ``https://play.example``, given the ``Host`` of a request.

    PUBLIC_URL if it is set; else the origin of the request itself, unless that leads only to this machine.
    """
    if settings.PUBLIC_URL or _is_loopback(host):
        return str(settings.SITE_URL)
    return f"{'https' if is_secure else 'http'}://{host}"


def join_url(origin: str, code: str) -> str:
    """The URL of a room's player page, in the QR code and short enough to type."""
    return f"{origin}/{code}"


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
