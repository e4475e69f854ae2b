"""Which hosts this site answers under, and which peers it serves over plain HTTP (docs/security.md)."""

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from rooms.network.ip import is_local, parse_ip
from rooms.network.network import current_network


def is_allowed_host(host: str) -> bool:
    """Whether the ``Host`` of a request names this site: by ALLOWED_HOSTS, or in LAN mode as a machine of the network.

    A rebinding attack needs a name: a literal address can't be made to lead elsewhere.
    """
    domain, _port = split_domain_port(host)
    if not domain:
        return False
    if validate_host(domain, settings.ALLOWED_HOSTS):
        return True
    return settings.LAN_MODE and (current_network().has_name(domain) or current_network().is_local(domain))


def is_stranger(address: str) -> bool:
    """Whether the peer at ``address`` is outside the local networks and may not be served without HTTPS.

    A peer without an IP address, as behind a unix socket, is none.
    """
    if not settings.LAN_MODE:
        return False
    parsed = parse_ip(address)
    return parsed is not None and not is_local(parsed, current_network().on_link)


def setting_for_host(domain: str, is_tunnel: bool) -> str:
    """The one setting that allows ``domain``, as it stands before ``make run``."""
    if is_tunnel:
        return f"PUBLIC_URL=https://{domain}"
    return f"ALLOWED_HOSTS={','.join([*settings.ALLOWED_HOSTS, domain])}"
