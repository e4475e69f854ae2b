"""Networks of made-up machines, for tests."""

import ipaddress

from rooms.network.interfaces import Hints, Interface, kind_of
from rooms.network.isolation import Isolation
from rooms.network.network import Network


def interface(name: str, *addresses: str, hints: Hints = Hints(), is_up: bool = True) -> Interface:  # noqa: B008 (frozen)
    """An interface with addresses such as ``192.168.1.7/24``."""
    parsed = tuple((each.ip, each.network.prefixlen) for each in map(ipaddress.ip_interface, addresses))
    return Interface(name, kind_of(name, hints), parsed, is_up, hints.is_hardware)


def machine(
    *interfaces: Interface, default_routes: tuple[str, ...] = (), isolation: Isolation | None = None
) -> Network:
    """A machine called ``vm``."""
    return Network(frozenset({"localhost", "vm", "vm.local"}), interfaces, default_routes, isolation)
