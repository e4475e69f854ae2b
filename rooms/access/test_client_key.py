from typing import Any

import pytest
from django.test import RequestFactory

from rooms.access.client_key import UNKNOWN_CLIENT, client_key, key_for_address, network_prefix


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", None),
        ("unknown", None),
        ("203.0.113.9, 198.51.100.1", None),
    ],
)
def test_a_network_prefix_is_an_ipv4_address_or_an_ipv6_64(address: str, prefix: str | None) -> None:
    assert network_prefix(address) == prefix


def test_a_client_key_is_the_same_on_every_worker_and_hides_the_address(settings: Any) -> None:
    settings.SECRET_KEY = "x" * 50
    first = key_for_address("203.0.113.9")
    assert first == key_for_address("203.0.113.9")
    assert first != key_for_address("203.0.113.10")
    settings.SECRET_KEY = "y" * 50
    assert first != key_for_address("203.0.113.9")


def test_requests_and_sockets_of_one_phone_have_the_same_key() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
    assert client_key(request) == client_key({"client": ["192.0.2.7", 4711]}) == key_for_address("192.0.2.7")


@pytest.mark.parametrize("scope", [{}, {"client": None}, {"client": ["/run/socket", 0]}])
def test_a_socket_without_an_address_has_no_key(scope: dict[str, Any]) -> None:
    assert client_key(scope) == UNKNOWN_CLIENT
