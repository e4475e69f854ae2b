"""The address that a QR code leads to, given the one that the host's own browser has opened."""

from typing import Any

import pytest

from rooms.network.isolation import Isolation
from rooms.network.network import Network
from rooms.network.samples import interface, machine
from rooms.public_urls import public_origin, site_url

LAPTOP = machine(
    interface("wlan0", "192.168.1.20/24", "2001:db8::5/64"), interface("docker0", "172.17.0.1/16"),
    interface("wg0", "10.66.66.2/32"), default_routes=("10.66.66.2",),
)  # fmt: skip


@pytest.fixture(autouse=True)
def lan(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PUBLIC_URL, settings.PORT, settings.BIND, settings.ALLOWED_HOSTS = "", 8000, "", ["party.lan"]
    place(LAPTOP, monkeypatch)


def place(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.network.network._network", network)


@pytest.mark.parametrize(
    "host", ["localhost:8000", "party.localhost", "127.0.0.1:8123", "[::1]:8000", "vm:8000", "VM.local:8000",
             "172.17.0.1:8000", "10.66.66.2:8000", "0.0.0.0:8000"],
)  # fmt: skip
def test_a_host_that_leads_to_this_machine_alone_gives_an_address_that_phones_can_reach(host: str) -> None:
    assert public_origin(host, is_secure=False) == "http://192.168.1.20:8000"


@pytest.mark.parametrize("host", ["192.168.1.20:8000", "192.168.7.9:9000", "[2001:db8::5]:8000", "party.lan:8000"])
def test_another_address_that_the_hosts_browser_has_opened_is_taken(host: str) -> None:
    assert public_origin(host, is_secure=False) == f"http://{host}"


def test_a_public_url_is_taken_always(settings: Any) -> None:
    settings.PUBLIC_URL = "https://play.example"
    assert public_origin("192.168.1.20:8000", is_secure=False) == site_url() == "https://play.example"


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("", "http://192.168.1.20:8000"),
        ("::", "http://192.168.1.20:8000"),
        ("0.0.0.0", "http://192.168.1.20:8000"),
        ("10.66.66.2", "http://10.66.66.2:8000"),
        ("127.0.0.1", "http://localhost:8000"),
    ],
)
def test_phones_are_sent_to_an_address_that_is_listened_on(settings: Any, bind: str, url: str) -> None:
    settings.BIND = bind
    assert site_url() == url


def test_an_ipv6_address_is_not_offered_where_only_ipv4_is_listened_on(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(machine(interface("wlan0", "2001:db8::5/64")), monkeypatch)
    assert site_url() == "http://[2001:db8::5]:8000"
    settings.BIND = "0.0.0.0"
    assert site_url() == "http://localhost:8000"


@pytest.mark.parametrize(
    "network",
    [
        machine(interface("eth0", "172.17.0.2/16"), isolation=Isolation.CONTAINER),
        machine(interface("docker0", "172.17.0.1/16")),
        machine(),
    ],
    ids=["a container", "no network but Docker's", "no network"],
)
def test_where_phones_can_reach_nothing_nothing_is_made_up(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    place(network, monkeypatch)
    assert site_url() == "http://localhost:8000"
    assert public_origin("localhost:8000", is_secure=False) == "http://localhost:8000"


def test_in_a_container_the_laptops_address_is_taken_from_the_hosts_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    place(machine(interface("eth0", "172.17.0.2/16"), isolation=Isolation.CONTAINER), monkeypatch)
    assert public_origin("192.168.1.20:9000", is_secure=False) == "http://192.168.1.20:9000"
