"""The addresses under which phones on the same network reach this machine. Nothing is sent to find them."""

import ipaddress
import socket

import psutil

# Bridges and tunnels that live inside this machine: their addresses mean nothing to a phone.
_INNER_INTERFACES = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "cni", "flannel")


def lan_addresses() -> list[str]:
    """This machine's own IPv4 and global IPv6 addresses, the one a phone should try first in front."""
    found = [
        address.address
        for name, addresses in psutil.net_if_addrs().items()
        if not name.startswith(_INNER_INTERFACES)
        for address in addresses
        if address.family in {socket.AF_INET, socket.AF_INET6} and _is_reachable(address.address)
    ]
    preferred = _address_of_the_default_route()
    return sorted(dict.fromkeys(found), key=lambda address: (address != preferred, ":" in address))


def _is_reachable(address: str) -> bool:
    if "%" in address:
        return False
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified or parsed.is_multicast)


def _address_of_the_default_route() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket only looks up the route: 192.0.2.1 (RFC 5737) is nobody's address.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
