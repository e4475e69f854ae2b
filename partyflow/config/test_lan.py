import socket
from types import SimpleNamespace

import psutil
import pytest

from partyflow.config import lan


def interface(*found: str) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(family=socket.AF_INET6 if ":" in address else socket.AF_INET, address=address)
        for address in found
    ]


@pytest.fixture
def laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    interfaces = {
        "lo": interface("127.0.0.1", "::1"),
        "docker0": interface("172.17.0.1"),
        "eth0": [*interface("10.0.0.3"), SimpleNamespace(family=psutil.AF_LINK, address="00:00:5e:00:53:01")],
        "wlan0": interface("192.168.1.7", "fe80::7%wlan0", "2001:db8::7"),
        "wlan1": interface("169.254.3.4"),
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: interfaces)


@pytest.mark.usefixtures("laptop")
def test_only_addresses_that_a_phone_can_reach_are_named_the_one_of_the_default_route_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lan, "_default_route_address", lambda: "192.168.1.7")
    assert lan.lan_addresses() == ["192.168.1.7", "10.0.0.3", "2001:db8::7"]


@pytest.mark.usefixtures("laptop")
def test_without_a_default_route_the_addresses_are_still_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "_default_route_address", lambda: None)
    assert lan.lan_addresses() == ["10.0.0.3", "192.168.1.7", "2001:db8::7"]


def test_a_machine_without_a_network_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {"lo": interface("127.0.0.1", "::1")})
    assert lan.lan_addresses() == []


def test_this_very_machine_can_be_asked() -> None:
    assert all(not address.startswith("127.") for address in lan.lan_addresses())


def test_a_laptop_is_known_by_its_names_and_addresses_and_never_by_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "lan_addresses", lambda: ["192.168.1.7", "2001:db8::7"])
    hosts = lan.local_hosts()
    assert {"localhost", "127.0.0.1", "[::1]", "192.168.1.7", "[2001:db8::7]"} <= set(hosts)
    assert not any("*" in host or host.startswith(".") for host in hosts)


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("0.0.0.0", "http://192.168.1.7:8000"),
        ("::", "http://192.168.1.7:8000"),
        ("10.0.0.3", "http://10.0.0.3:8000"),
        ("127.0.0.1", "http://localhost:8000"),
    ],
)
def test_phones_are_sent_to_an_address_that_is_listened_on(
    monkeypatch: pytest.MonkeyPatch, bind: str, url: str
) -> None:
    monkeypatch.setattr(lan, "lan_addresses", lambda: ["192.168.1.7", "10.0.0.3"])
    assert lan.local_url(bind, 8000) == url
