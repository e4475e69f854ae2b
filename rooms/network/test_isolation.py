"""Machines inside of others, whose addresses phones can't reach."""

import pytest

from rooms.network.interfaces import Hints, Interface
from rooms.network.isolation import Isolation, isolation_of
from rooms.network.samples import interface

WSL2 = "5.15.167.4-microsoft-standard-WSL2"
WSL1 = "4.4.0-19041-Microsoft"
LINUX = "6.8.0-45-generic"
LO = interface("lo", "127.0.0.1/8")


@pytest.mark.parametrize(
    ("interfaces", "release", "variables", "has_file", "expected"),
    [
        ([LO, interface("eth0", "172.29.112.5/20")], WSL2, {}, False, Isolation.WSL),
        ([LO, interface("eth0", "192.168.1.20/24"), interface("loopback0", "127.0.0.1/8")], WSL2, {}, False, None),
        ([LO, interface("eth0", "192.168.1.20/24")], WSL1, {}, False, None),
        ([LO, interface("eth0", "172.17.0.2/16")], LINUX, {}, True, Isolation.CONTAINER),
        ([LO, interface("eth0", "172.17.0.2/16")], WSL2, {}, True, Isolation.CONTAINER),
        ([LO, interface("eth0", "10.244.1.7/24")], LINUX, {"KUBERNETES_SERVICE_HOST": "10.96.0.1"}, False,
         Isolation.CONTAINER),
        ([LO, interface("tap0", "10.0.2.100/24")], LINUX, {"container": "podman"}, False, Isolation.CONTAINER),
        ([LO, interface("wlan0", "192.168.1.20/24", hints=Hints(is_hardware=True))], LINUX, {}, True, None),
        ([LO, interface("enp0s3", "10.0.2.15/24")], LINUX, {}, False, Isolation.VM),
        ([LO, interface("enp0s3", "10.0.2.15/24"), interface("enp0s8", "192.168.1.20/24")], LINUX, {}, False, None),
        ([LO, interface("eth0", "100.115.92.200/28")], LINUX, {}, False, Isolation.VM),
        ([LO, interface("wlan0", "192.168.1.20/24")], LINUX, {}, False, None),
        ([LO], LINUX, {}, False, None),
    ],
    ids=["WSL 2", "WSL 2, mirrored", "WSL 1", "Docker", "Docker on WSL", "Kubernetes", "Podman",
         "the host's own network", "VirtualBox", "VirtualBox, bridged too", "ChromeOS", "a laptop", "no network"],
)  # fmt: skip
def test_a_machine_inside_another_is_recognized(
    interfaces: list[Interface], release: str, variables: dict[str, str], has_file: bool, expected: Isolation | None
) -> None:
    assert isolation_of(interfaces, release, variables, has_file) is expected
