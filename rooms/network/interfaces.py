"""Network interfaces of this machine: what each of them is, by name and by what the kernel says of it."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import psutil

from rooms.network.ip import NEVER_REACHABLE, Address, Subnet

SYSFS = Path("/sys/class/net")
MIN_IPV4_PREFIX_BITS = 8
MIN_IPV6_PREFIX_BITS = 32
"""A shorter prefix is a mistake or a tunnel for everything, not a network of neighbours."""


class Kind(IntEnum):
    """What an interface is; phones are most likely behind the first."""

    WIFI = 0
    ETHERNET = 1
    OTHER = 2
    BRIDGE = 3
    """A bridge that may have phones behind it, as of a shared connection."""
    MODEM = 4
    """Mobile data, Bluetooth, a phone at the USB port."""
    TUNNEL = 5
    INTERNAL = 6
    """A network inside this machine, for containers and virtual machines."""

    @property
    def is_lan(self) -> bool:
        """Whether it is Wi-Fi or Ethernet."""
        return self <= Kind.ETHERNET


# The first pattern that matches the beginning of a name, in any case, decides. Names of Linux, macOS, BSD and Windows.
NAMES: tuple[tuple[Kind, str], ...] = (
    (Kind.INTERNAL, r"docker|br-[0-9a-f]{6}|veth|podman|cni|virbr|vmnet|vboxnet|virtualbox|vmware|vethernet"),
    (Kind.INTERNAL, r"hyper-v|lxc|lxd|incus|flannel|cali|cilium|weave|kube|nerdctl|antrea|ovs|ovn|mpqemubr|mpbr"),
    (Kind.INTERNAL, r"waydroid|anbox|dummy|ifb|vnet\d|vmenet|anpi|awdl|llw|feth|lo\d*$|loopback"),
    (Kind.TUNNEL, r"wg|tun|tap|utun|ppp|tailscale|nordlynx|nordtun|zt|zerotier|ipsec|wireguard|openvpn|proton"),
    (Kind.TUNNEL, r"mullvad|gpd\d|cscotun|ham\d|hamachi|sit\d|gre|gif\d|stf\d|ip6tnl|ip6gre|ipip|vti|xfrm|l2tp"),
    (Kind.TUNNEL, r"he-ipv6|cloudflare|outline|sing-?box|clash|warp|netbird|nebula|tinc|fortissl|svpn|v4-|clat"),
    (Kind.TUNNEL, r"nm-|teredo|isatap|anyconnect"),
    (Kind.MODEM, r"wwan|wwp|rmnet|ccmni|pdp_ip|cdc-wdm|usb\d|rndis|bnep|pan\d|bluetooth|cellular|mobile|mobilfunk"),
    (Kind.BRIDGE, r"bridge\d|br\d|br[_-]|vmbr|ap\d|p2p|uap\d"),
    (Kind.WIFI, r"wl|wifi|wi-fi|ath\d|ra\d|mlan|drahtlos"),
    (Kind.ETHERNET, r"eth|en\d|en[opsxc]|em\d|p\d+p\d|lan|bond|team|local area connection|genet|igb|re\d|vlan"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in NAMES)

_ARPHRD_PPP, _ARPHRD_NONE = 512, 65534


@dataclass(frozen=True)
class Hints:
    """What the kernel says of an interface (Linux alone)."""

    is_wireless: bool = False
    is_tunnel: bool = False
    is_hardware: bool = False
    is_bridge: bool = False
    has_hardware_ports: bool = False
    """Of a bridge: a network card is one of its ports, so that the local network is on it."""


@dataclass(frozen=True)
class Interface:
    """An interface with its addresses and their prefix lengths."""

    name: str
    kind: Kind
    addresses: tuple[tuple[Address, int], ...]
    is_up: bool = True
    is_hardware: bool = False


@dataclass(frozen=True)
class Candidate:
    """An address that phones might reach."""

    address: str
    interface: str
    kind: Kind


def kind_of(name: str, hints: Hints = Hints()) -> Kind:
    """The kind of the interface ``name``. Hints count where a name says nothing certain."""
    named = next((kind for kind, pattern in _PATTERNS if pattern.match(name)), Kind.OTHER)
    if named in {Kind.INTERNAL, Kind.TUNNEL, Kind.MODEM}:
        return named
    if hints.is_wireless:
        return Kind.WIFI
    if hints.is_tunnel:
        return Kind.TUNNEL
    if hints.is_bridge:
        return Kind.ETHERNET if hints.has_hardware_ports else min(Kind.INTERNAL, max(named, Kind.BRIDGE))
    if named is Kind.OTHER and hints.is_hardware:
        return Kind.ETHERNET
    return named


def read_interfaces() -> tuple[Interface, ...]:
    """The interfaces of this machine with their IP addresses."""
    stats = psutil.net_if_stats()
    found = []
    for name, entries in psutil.net_if_addrs().items():
        hints = read_hints(name)
        addresses = tuple(
            (ipaddress.ip_address(entry.address), _prefix_bits(entry.netmask))
            for entry in entries
            if entry.family in {socket.AF_INET, socket.AF_INET6} and "%" not in entry.address
        )
        is_up = stats[name].isup if name in stats else True
        found.append(Interface(name, kind_of(name, hints), addresses, is_up, hints.is_hardware))
    return tuple(found)


def read_hints(name: str, sysfs: Path = SYSFS) -> Hints:
    """What ``/sys/class/net`` says of an interface; nothing on other systems."""
    path = sysfs / name
    if not path.is_dir():
        return Hints()
    try:
        link_type = int((path / "type").read_text())
    except (OSError, ValueError):
        link_type = 0
    ports = list((path / "brif").iterdir()) if (path / "brif").is_dir() else []
    return Hints(
        is_wireless=(path / "wireless").exists() or (path / "phy80211").exists(),
        is_tunnel=(path / "tun_flags").exists() or link_type in {_ARPHRD_PPP, _ARPHRD_NONE},
        is_hardware=(path / "device").exists(),
        is_bridge=(path / "bridge").is_dir(),
        has_hardware_ports=any((sysfs / port.name / "device").exists() for port in ports),
    )


def rank(interfaces: Iterable[Interface], default_routes: Iterable[str] = ()) -> tuple[Candidate, ...]:
    """The addresses that phones might reach, the likeliest first.

    Wi-Fi and Ethernet come first, tunnels and internal bridges last, and what is not connected after all of them. Among
    equals IPv4 comes before IPv6, the address of a default route before others, and Wi-Fi before Ethernet.
    """
    preferred = frozenset(default_routes)
    found = [
        (each, address) for each in interfaces for address, _ in each.addresses if _may_be_reachable(address)
    ]  # fmt: skip

    def order(item: tuple[Interface, Address]) -> tuple[bool, int, bool, bool, int, bool]:
        each, address = item
        rank_of_kind = Kind.WIFI if each.kind.is_lan else each.kind
        is_public_ipv4 = address.version == 4 and address.is_global
        return (
            not each.is_up,
            rank_of_kind,
            address.version == 6,
            str(address) not in preferred,
            each.kind,
            is_public_ipv4,
        )

    ranked = {str(address): Candidate(str(address), each.name, each.kind) for each, address in sorted(found, key=order)}
    return tuple(ranked.values())


def on_link_networks(interfaces: Iterable[Interface]) -> tuple[Subnet, ...]:
    """The networks that this machine is on, by the prefixes of its addresses."""
    return tuple(
        dict.fromkeys(
            ipaddress.ip_network((address, bits), strict=False)
            for each in interfaces
            for address, bits in each.addresses
            if bits >= (MIN_IPV4_PREFIX_BITS if address.version == 4 else MIN_IPV6_PREFIX_BITS)
        )
    )


def default_route_addresses() -> tuple[str, ...]:
    """This machine's addresses on its default routes. A hint only: with a VPN they are the tunnel's."""
    found = []
    # Connecting a datagram socket only looks up the route; both are reserved for documentation (RFC 5737, RFC 3849).
    for family, target in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((target, 9))
                found.append(str(probe.getsockname()[0]))
        except OSError:
            continue  # no route, or no such family
    return tuple(found)


def _may_be_reachable(address: Address) -> bool:
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or (address.version == 4 and address in NEVER_REACHABLE)
    )


def _prefix_bits(netmask: str | None) -> int:
    """The prefix length of a netmask, as of ``255.255.255.0`` or ``ffff:ffff:ffff:ffff::``; 0 if there is none."""
    try:
        return int(ipaddress.ip_address(netmask or "")).bit_count()
    except ValueError:
        return 0
