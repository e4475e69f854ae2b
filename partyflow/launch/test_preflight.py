"""The socket that the server listens on."""

import socket
from contextlib import closing

import pytest

from partyflow.launch import preflight
from partyflow.launch.preflight import bind_socket


def can_connect(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        return client.connect_ex((address, port)) == 0


@pytest.mark.skipif(not preflight._has_ipv6(), reason="this machine has no IPv6")
def test_without_a_setting_both_families_are_listened_on() -> None:
    with closing(bind_socket("", 0)) as listener:
        listener.listen()
        port = listener.getsockname()[1]
        assert can_connect("127.0.0.1", port)
        assert can_connect("::1", port)


def test_a_machine_without_ipv6_listens_on_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_has_ipv6", lambda: False)
    with closing(bind_socket("", 0)) as listener:
        listener.listen()
        assert listener.family == socket.AF_INET
        assert can_connect("127.0.0.1", listener.getsockname()[1])


def test_one_address_may_be_chosen() -> None:
    with closing(bind_socket("127.0.0.1", 0)) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
