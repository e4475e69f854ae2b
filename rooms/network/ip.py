"""IP addresses as text: parsed, and whether they belong to a local network."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Subnet = ipaddress.IPv4Network | ipaddress.IPv6Network

LOCAL_NETWORKS = (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1",
    "fc00::/7", "fe80::/10",
)  # fmt: skip
"""Loopback, private (RFC 1918), link-local, carrier-grade NAT (RFC 6598) and unique local networks."""

NEVER_REACHABLE = ipaddress.ip_network("192.0.0.0/29")
"""Addresses of CLAT and DS-Lite inside a machine (RFC 7335): nothing outside of it can open them."""

_LOCAL = tuple(ipaddress.ip_network(network) for network in LOCAL_NETWORKS)


def parse_ip(text: str) -> Address | None:
    """An address as a socket or URL has it, with brackets, zone or IPv4 inside IPv6; None if it is none."""
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    try:
        parsed = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed


def is_local(address: Address, on_link: tuple[Subnet, ...] = ()) -> bool:
    """Whether ``address`` belongs to one of `LOCAL_NETWORKS` or to a network that this machine is on."""
    return any(address in network for network in (*_LOCAL, *on_link))


def bracket_ipv6(address: str) -> str:
    """``address`` as the host of a URL: IPv6 in brackets."""
    return f"[{address}]" if ":" in address else address
