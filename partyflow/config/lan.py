"""The names and addresses under which this machine is reachable from its network. Nothing is sent to find them."""

import ipaddress
import socket

import psutil

WILDCARD_ADDRESSES = ("", "0.0.0.0", "::")  # noqa: S104 (values of BIND: phones have to reach the server)

# Bridges and tunnels inside this machine: a phone cannot reach their addresses.
_VIRTUAL_INTERFACES = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "cni", "flannel")


def local_hosts() -> list[str]:
    """Host names and addresses of this machine for ALLOWED_HOSTS of a development site."""
    name = socket.gethostname().lower()
    names = {name, f"{name.split('.')[0]}.local"}
    return ["localhost", "127.0.0.1", "[::1]", *sorted(names), *(bracket_ipv6(a) for a in lan_addresses())]


def local_url(bind: str, port: int) -> str:
    """The URL for phones on the same network of a server that listens on ``bind``; localhost if they can't reach it."""
    addresses = lan_addresses()
    if bind in addresses:
        addresses = [bind]
    elif bind not in WILDCARD_ADDRESSES:
        addresses = []
    return f"http://{bracket_ipv6(addresses[0]) if addresses else 'localhost'}:{port}"


def bracket_ipv6(address: str) -> str:
    """``address`` as the host of a URL: IPv6 in brackets."""
    return f"[{address}]" if ":" in address else address


def lan_addresses() -> list[str]:
    """This machine's IPv4 and global IPv6 addresses; the one of the default route first, IPv4 before IPv6."""
    found = [
        address.address
        for name, addresses in psutil.net_if_addrs().items()
        if not name.startswith(_VIRTUAL_INTERFACES)
        for address in addresses
        if address.family in {socket.AF_INET, socket.AF_INET6} and _is_reachable(address.address)
    ]
    preferred = _default_route_address()
    return sorted(dict.fromkeys(found), key=lambda address: (address != preferred, ":" in address))


def _is_reachable(address: str) -> bool:
    if "%" in address:
        return False
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified or parsed.is_multicast)


def _default_route_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket only looks up the route; 192.0.2.1 is reserved for documentation (RFC 5737).
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
