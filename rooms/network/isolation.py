"""Whether this machine is inside another one, so that phones can't reach its own addresses."""

import ipaddress
import os
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from rooms.network.interfaces import Interface

CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv")
CONTAINER_VARIABLES = ("container", "KUBERNETES_SERVICE_HOST")
KERNEL_RELEASE = Path("/proc/sys/kernel/osrelease")
MIRRORED_WSL_INTERFACE = "loopback0"
"""WSL 2 has it when its network mirrors that of Windows, whose addresses it then has."""

VM_NETWORKS = {
    "10.0.2.15/32": "VirtualBox, QEMU",
    "192.168.5.15/32": "Lima",
    "100.115.92.0/23": "ChromeOS",
}
"""Addresses that a hypervisor gives to a guest behind its own translation of addresses."""
_VM_NETWORKS = tuple(ipaddress.ip_network(network) for network in VM_NETWORKS)


class Isolation(StrEnum):
    """What this machine is inside of."""

    WSL = "wsl"
    CONTAINER = "container"
    VM = "vm"


def isolation_of(
    interfaces: Iterable[Interface], kernel_release: str, variables: Mapping[str, str], has_container_file: bool
) -> Isolation | None:
    """Why phones can't reach this machine; None if nothing speaks against it.

    A container on the host's own network has a network card, and WSL 1 has the addresses of Windows.
    """
    every = tuple(interfaces)
    if has_container_file or any(name in variables for name in CONTAINER_VARIABLES):
        has_card = any(each.is_hardware and each.addresses for each in every)
        return None if has_card else Isolation.CONTAINER
    if "microsoft" in kernel_release.lower() and not kernel_release.startswith("4.4."):
        is_mirrored = any(each.name == MIRRORED_WSL_INTERFACE for each in every)
        return None if is_mirrored else Isolation.WSL
    outside = [
        address
        for each in every
        if each.kind.is_lan
        for address, _ in each.addresses
        if not (address.is_loopback or address.is_link_local) and address.version == 4
    ]
    if outside and all(any(address in network for network in _VM_NETWORKS) for address in outside):
        return Isolation.VM
    return None


def read_isolation(interfaces: Iterable[Interface]) -> Isolation | None:
    """What this machine is inside of."""
    try:
        release = KERNEL_RELEASE.read_text()
    except OSError:
        release = ""
    return isolation_of(interfaces, release, os.environ, any(Path(path).exists() for path in CONTAINER_FILES))
