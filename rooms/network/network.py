"""The network that this machine is in right now, read anew every few seconds."""

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from rooms.network.interfaces import (
    Candidate,
    Interface,
    Kind,
    default_route_addresses,
    on_link_networks,
    rank,
    read_interfaces,
)  # fmt: skip
from rooms.network.ip import Subnet, is_local, parse_ip
from rooms.network.isolation import Isolation, read_isolation

logger = logging.getLogger(__name__)

REFRESH_INTERVAL_S = 3.0
WILDCARD_BINDS = ("", "0.0.0.0", "::")  # noqa: S104 (values of BIND: phones have to reach the server)


@dataclass(frozen=True)
class Network:
    """Names, ranked addresses and neighbouring networks of this machine."""

    names: frozenset[str]
    interfaces: tuple[Interface, ...]
    default_routes: tuple[str, ...] = ()
    isolation: Isolation | None = None

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The addresses that phones might reach, the likeliest first."""
        return rank(self.interfaces, self.default_routes)

    @cached_property
    def on_link(self) -> tuple[Subnet, ...]:
        """The networks that this machine is on."""
        return on_link_networks(self.interfaces)

    def listening_on(self, bind: str) -> tuple[Candidate, ...]:
        """The candidates that a server reaches that listens on ``bind``."""
        if bind in {"", "::"}:
            return self.candidates
        if bind == "0.0.0.0":  # noqa: S104 (compared only)
            return tuple(each for each in self.candidates if ":" not in each.address)
        return tuple(each for each in self.candidates if each.address == bind)

    def best(self, bind: str) -> Candidate | None:
        """The address for phones; None if none of them leads out of this machine."""
        if self.isolation is not None:
            return None
        return next((each for each in self.listening_on(bind) if each.kind is not Kind.INTERNAL), None)

    def has_name(self, host: str) -> bool:
        """Whether ``host`` is this machine's own name, or that with ``.local``."""
        return host in self.names

    def is_local(self, host: str) -> bool:
        """Whether ``host`` is the literal of an address in a local network, or one that this machine is on."""
        address = parse_ip(host)
        return address is not None and is_local(address, self.on_link)


def read_network() -> Network:
    """Look at the interfaces and names of this machine. Nothing is sent."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    interfaces = read_interfaces()
    names = frozenset({"localhost", name, short, f"{short}.local"} - {"", ".local"})
    return Network(names, interfaces, default_route_addresses(), read_isolation(interfaces))


_network: Network | None = None
_listeners: list[Callable[[Network], None]] = []


def current_network() -> Network:
    """The network as it was read last."""
    global _network
    if _network is None:
        _network = read_network()
    return _network


def on_network_change(listener: Callable[[Network], None]) -> None:
    """Have ``listener`` called in the event loop's thread each time the network has changed."""
    _listeners.append(listener)


def set_network(network: Network | None) -> None:
    """Replace the network, as tests do; None has it read anew."""
    global _network
    _network = network


async def watch_network() -> None:
    """Read the network every `REFRESH_INTERVAL_S`, and call the listeners when it has changed."""
    while True:
        await asyncio.sleep(REFRESH_INTERVAL_S)
        try:
            network = await asyncio.to_thread(read_network)
        except OSError:
            logger.exception("Reading the network interfaces failed")
            continue
        if network == current_network():
            continue
        set_network(network)
        logger.info("The network has changed", extra={"addresses": [each.address for each in network.candidates]})
        for listener in _listeners:
            try:
                listener(network)
            except Exception:
                logger.exception("A listener of network changes failed")
