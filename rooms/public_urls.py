"""Public URLs: how phones reach this site. The URL in the host's own browser may lead nowhere on a phone."""

from urllib.parse import urlsplit

from django.conf import settings

from rooms.network.interfaces import Kind
from rooms.network.ip import bracket_ipv6, parse_ip
from rooms.network.network import Network, current_network
from rooms.network.policy import is_allowed_host


def site_url() -> str:
    """The site's URL for phones: PUBLIC_URL, the likeliest address in the local network, or localhost without one."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    best = current_network().best(settings.BIND)
    return f"http://{'localhost' if best is None else bracket_ipv6(best.address)}:{settings.PORT}"


def public_origin(host: str, is_secure: bool) -> str:
    """The origin of this site for phones, as in ``https://play.example``, given the ``Host`` of a request.

    PUBLIC_URL if it is set; else the origin of the request itself, unless that leads only to this machine.
    """
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    name = (urlsplit(f"//{host}").hostname or "").lower()
    network = current_network()
    if _leads_here_only(name, network):
        best = network.best(settings.BIND)
        if best is not None:
            return f"http://{bracket_ipv6(best.address)}:{settings.PORT}"
    return f"{'https' if is_secure else 'http'}://{host}"


def is_own_origin(origin: str) -> bool:
    """Whether ``origin`` is this site's: PUBLIC_URL, or http with a host under which the site answers."""
    if origin == settings.PUBLIC_URL:
        return bool(origin)
    scheme, _, host = origin.partition("://")
    return scheme == "http" and not settings.PUBLIC_URL and is_allowed_host(host)


def join_url(origin: str, code: str) -> str:
    """The URL of a room's player page, in the QR code and short enough to type."""
    return f"{origin}/{code}"


def _leads_here_only(name: str, network: Network) -> bool:
    """Whether phones may not reach this machine under ``name``, which its own browser has used."""
    if network.has_name(name) or name == "localhost" or name.endswith(".localhost"):
        return True
    address = parse_ip(name)
    if address is None:
        return False
    if address.is_loopback or address.is_unspecified:
        return True
    own = {each.address: each.kind for each in network.candidates}
    return own.get(str(address), Kind.WIFI) >= Kind.TUNNEL
