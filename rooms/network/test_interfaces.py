"""Which address phones are sent to, for every kind of machine."""

from pathlib import Path

import pytest

from rooms.network.interfaces import Hints, Kind, kind_of, on_link_networks, rank, read_hints, read_interfaces
from rooms.network.ip import is_local, parse_ip
from rooms.network.samples import interface

CARD = Hints(is_hardware=True)

MACHINES = {
    "Wi-Fi alone": ([interface("wlan0", "192.168.1.20/24")], [], ["192.168.1.20"]),
    "Wi-Fi, and WireGuard has the default route": (
        [interface("wg0", "10.66.66.2/32"), interface("wlan0", "192.168.1.20/24")],
        ["10.66.66.2"],
        ["192.168.1.20", "10.66.66.2"],
    ),
    "a Mac with a VPN": (
        [interface("en0", "192.168.1.20/24"), interface("utun4", "10.8.0.6/24")],
        ["10.8.0.6"],
        ["192.168.1.20", "10.8.0.6"],
    ),
    "OpenVPN, tap": (
        [interface("tap0", "10.9.0.2/24"), interface("eth0", "192.168.1.20/24")],
        ["10.9.0.2"],
        ["192.168.1.20", "10.9.0.2"],
    ),
    "OpenVPN, tun": (
        [interface("tun0", "10.8.0.2/24"), interface("wlp3s0", "192.168.1.20/24")],
        ["10.8.0.2"],
        ["192.168.1.20", "10.8.0.2"],
    ),
    "a dialled VPN": (
        [interface("ppp0", "10.7.0.2/32"), interface("enp0s31f6", "192.168.1.20/24")],
        ["10.7.0.2"],
        ["192.168.1.20", "10.7.0.2"],
    ),
    "Tailscale": (
        [interface("tailscale0", "100.101.102.103/32"), interface("wlan0", "192.168.1.20/24")],
        ["100.101.102.103"],
        ["192.168.1.20", "100.101.102.103"],
    ),
    "NordVPN": (
        [interface("nordlynx", "10.5.0.2/16"), interface("wlan0", "192.168.1.20/24")],
        ["10.5.0.2"],
        ["192.168.1.20", "10.5.0.2"],
    ),
    "ZeroTier": (
        [interface("ztabcdef12", "10.147.17.5/24"), interface("wlan0", "192.168.1.20/24")],
        ["10.147.17.5"],
        ["192.168.1.20", "10.147.17.5"],
    ),
    "a tunnel under a name of its own": (
        [interface("office", "10.66.0.2/32", hints=Hints(is_tunnel=True)), interface("wlan0", "192.168.1.20/24")],
        ["10.66.0.2"],
        ["192.168.1.20", "10.66.0.2"],
    ),
    "Podman, without a default route": (
        [interface("podman0", "10.88.0.1/16"), interface("wlan0", "192.168.43.5/24")],
        [],
        ["192.168.43.5", "10.88.0.1"],
    ),
    "Docker's own networks": (
        [interface("docker0", "172.17.0.1/16"), interface("br-0a1b2c3d4e5f", "172.18.0.1/16"),
         interface("wlan0", "192.168.43.5/24")],
        [],
        ["192.168.43.5", "172.17.0.1", "172.18.0.1"],
    ),
    "a Mac that runs virtual machines": (
        [interface("bridge100", "192.168.64.1/24"), interface("en0", "192.168.43.5/24")],
        [],
        ["192.168.43.5", "192.168.64.1"],
    ),
    "libvirt": (
        [interface("virbr0", "192.168.122.1/24"), interface("wlan0", "192.168.43.5/24")],
        [],
        ["192.168.43.5", "192.168.122.1"],
    ),
    "Windows with Hyper-V": (
        [interface("vEthernet (Default Switch)", "172.20.0.1/20"), interface("Wi-Fi", "192.168.43.5/24")],
        ["172.20.0.1"],
        ["192.168.43.5", "172.20.0.1"],
    ),
    "Windows with VirtualBox and VMware": (
        [interface("VirtualBox Host-Only Network", "192.168.56.1/24"),
         interface("VMware Network Adapter VMnet8", "192.168.80.1/24"), interface("Ethernet 2", "192.168.43.5/24")],
        [],
        ["192.168.43.5", "192.168.56.1", "192.168.80.1"],
    ),
    "a hypervisor whose network card is a port of its bridge": (
        [interface("vmbr0", "192.168.1.20/24", hints=Hints(is_bridge=True, has_hardware_ports=True)),
         interface("vnet3", "192.168.100.1/24"), interface("tun0", "10.8.0.2/24")],
        ["10.8.0.2"],
        ["192.168.1.20", "10.8.0.2", "192.168.100.1"],
    ),
    "a bridge for containers under a name of its own": (
        [interface("party-net", "172.30.0.1/16", hints=Hints(is_bridge=True)), interface("wlan0", "192.168.1.20/24")],
        ["172.30.0.1"],
        ["192.168.1.20", "172.30.0.1"],
    ),
    "a network card under a name of its own": (
        [interface("upstairs", "192.168.1.20/24", hints=CARD), interface("docker0", "172.17.0.1/16")],
        [],
        ["192.168.1.20", "172.17.0.1"],
    ),
    "Wi-Fi and Ethernet: the default route is a hint": (
        [interface("eth0", "10.0.0.3/24"), interface("wlan0", "192.168.1.7/24")],
        ["10.0.0.3"],
        ["10.0.0.3", "192.168.1.7"],
    ),
    "Wi-Fi and Ethernet, without a default route": (
        [interface("eth0", "10.0.0.3/24"), interface("wlan0", "192.168.1.7/24")],
        [],
        ["192.168.1.7", "10.0.0.3"],
    ),
    "Ethernet without a cable": (
        [interface("eth0", "10.0.0.3/24", is_up=False), interface("wlan0", "192.168.1.7/24")],
        ["10.0.0.3"],
        ["192.168.1.7", "10.0.0.3"],
    ),
    "IPv6 alone": ([interface("wlan0", "2001:db8::5/64")], [], ["2001:db8::5"]),
    "both families": (
        [interface("wlan0", "2001:db8::5/64", "192.168.1.7/24"), interface("docker0", "172.17.0.1/16")],
        ["2001:db8::5"],
        ["192.168.1.7", "2001:db8::5", "172.17.0.1"],
    ),
    "a phone as hotspot, IPv6 with CLAT": (
        [interface("clat4", "192.0.0.4/32"), interface("v4-rmnet0", "192.0.0.2/27"),
         interface("wlan0", "2001:db8::5/64", "192.0.0.6/29")],
        ["192.0.0.4"],
        ["2001:db8::5"],
    ),
    "mobile data beside Wi-Fi": (
        [interface("wwan0", "10.133.7.2/30"), interface("wlan0", "192.168.1.7/24")],
        ["10.133.7.2"],
        ["192.168.1.7", "10.133.7.2"],
    ),
    "a phone at the USB port": (
        [interface("usb0", "192.168.42.17/24"), interface("wlp2s0", "192.168.1.7/24")],
        ["192.168.42.17"],
        ["192.168.1.7", "192.168.42.17"],
    ),
    "a university: public addresses": (
        [interface("wlan0", "141.20.5.6/20"), interface("wg0", "10.66.66.2/32")],
        ["10.66.66.2"],
        ["141.20.5.6", "10.66.66.2"],
    ),
    "no network": ([interface("lo", "127.0.0.1/8", "::1/128"), interface("wlan0", "169.254.3.4/16")], [], []),
}  # fmt: skip


@pytest.mark.parametrize("name", MACHINES)
def test_phones_are_sent_to_wifi_or_ethernet_and_every_other_address_is_offered(name: str) -> None:
    interfaces, routes, expected = MACHINES[name]
    for every in (interfaces, interfaces[::-1]):
        ranked = [each.address for each in rank(every, routes)]
        assert ranked[0:1] == expected[0:1]
        assert sorted(ranked) == sorted(expected)
    assert [each.address for each in rank(interfaces, routes)] == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("WLAN", Kind.WIFI),
        ("wlx00c0ca", Kind.WIFI),
        ("eno1", Kind.ETHERNET),
        ("enx001122334455", Kind.ETHERNET),
        ("bond0", Kind.ETHERNET),
        ("en7", Kind.ETHERNET),
        ("cni-podman0", Kind.INTERNAL),
        ("vethc0ffee", Kind.INTERNAL),
        ("lxdbr0", Kind.INTERNAL),
        ("lo0", Kind.INTERNAL),
        ("br0", Kind.BRIDGE),
        ("wg-mullvad", Kind.TUNNEL),
        ("proton0", Kind.TUNNEL),
        ("CloudflareWARP", Kind.TUNNEL),
        ("bnep0", Kind.MODEM),
        ("quux", Kind.OTHER),
    ],
)
def test_an_interface_is_known_by_its_name(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind


def test_the_kernel_knows_what_a_name_does_not_say(tmp_path: Path) -> None:
    def made(name: str, *parts: str, link_type: int = 1) -> Hints:
        for part in ("", *parts):
            (tmp_path / name / part).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "type").write_text(f"{link_type}\n")
        return read_hints(name, tmp_path)

    assert kind_of("home", made("home", "wireless", "device")) is Kind.WIFI
    assert kind_of("card", made("card", "device")) is Kind.ETHERNET
    assert kind_of("far", made("far", link_type=65534)) is Kind.TUNNEL
    assert kind_of("line", made("line", link_type=512)) is Kind.TUNNEL
    assert kind_of("inner", made("inner", "bridge")) is Kind.BRIDGE
    assert kind_of("house", made("house", "bridge", "brif/card")) is Kind.ETHERNET
    assert read_hints("nowhere", tmp_path) == Hints()


def test_this_very_machine_can_be_read() -> None:
    assert any(str(address) == "127.0.0.1" for each in read_interfaces() for address, _ in each.addresses)


def test_neighbours_are_those_of_the_prefixes_and_never_everybody() -> None:
    networks = on_link_networks(
        [interface("eth0", "141.20.5.6/20", "2001:db8:1::5/64"), interface("tun0", "8.8.8.8/0")]
    )
    assert [str(network) for network in networks] == ["141.20.0.0/20", "2001:db8:1::/64"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.7", "169.254.1.1", "100.64.0.1", "[::1]", "[fd00::1]",
     "fe80::1%wlan0", "::ffff:192.168.1.7"],
)  # fmt: skip
def test_an_address_is_local(address: str) -> None:
    parsed = parse_ip(address)
    assert parsed is not None
    assert is_local(parsed)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "0.0.0.0", "192.0.2.1", "[2001:db8::1]", "::ffff:8.8.8.8"]
)
def test_an_address_is_not_local(address: str) -> None:
    parsed = parse_ip(address)
    assert parsed is not None
    assert not is_local(parsed)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "[::1", "192.168.1.7.evil.example"]
)
def test_what_is_no_literal_is_no_address(text: str) -> None:
    assert parse_ip(text) is None
