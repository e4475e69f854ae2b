"""Hosts and peers that are refused, and what they are told."""

from typing import Any

import pytest
from django.core.exceptions import DisallowedHost
from django.test import AsyncRequestFactory, Client

from partyflow.http import host_check
from partyflow.http.request import SiteRequest
from rooms.network.samples import interface, machine

UNKNOWN = "/nothing/is/here"
"""A page without views: 404 for all who are let in."""


@pytest.fixture(autouse=True)
def lan(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LAN_MODE, settings.PUBLIC_URL, settings.ALLOWED_HOSTS = True, "", ["party.lan"]
    network = machine(interface("wlan0", "192.168.1.20/24"), interface("eth1", "141.20.5.6/20", "2001:db8:1::5/64"))
    monkeypatch.setattr("rooms.network.network._network", network)
    monkeypatch.setattr(host_check, "_named", set())


def site_request(host: str) -> SiteRequest:
    made = AsyncRequestFactory().get("/")
    return SiteRequest({**made.scope, "headers": [(b"host", host.encode())]}, made._stream)


@pytest.mark.parametrize(
    "host",
    ["localhost:8000", "vm", "vm.local:8000", "VM.LOCAL", "127.0.0.1:8000", "[::1]:8000", "192.168.1.20:8000",
     "192.168.77.1", "10.0.0.1", "172.20.0.1", "169.254.7.7", "100.64.7.7:8000", "[fd12::1]:8000", "141.20.9.9",
     "[2001:db8:1::77]:8000", "party.lan:8000"],
)  # fmt: skip
def test_literals_of_the_local_network_and_this_machines_names_need_no_setting(host: str) -> None:
    request = site_request(host)
    assert request.get_host() == host
    assert host_check.refuse(request) is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "192.168.1.20.evil.example", "laptop.lan", "8.8.8.8:8000", "141.20.16.1", "[2001:db8:2::1]",
     "0.0.0.0:8000", "127.1", "2130706433", "vm.local.evil.example", "evil.example#.party.lan", ""],
)  # fmt: skip
def test_every_other_name_and_address_is_refused(host: str) -> None:
    request = site_request(host)
    refusal = host_check.refuse(request)
    assert refusal is not None
    assert refusal.status_code == 400
    with pytest.raises(DisallowedHost):
        request.get_host()


@pytest.mark.parametrize("name", ["laptop.lan", "laptop.fritz.box", "box.tailnet.ts.net"])
def test_a_refused_name_is_shown_and_the_terminal_has_the_one_setting_that_allows_it(
    client: Client, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    for _ in range(3):
        answer = client.get(UNKNOWN, headers={"Host": f"{name}:8000"})
        assert answer.status_code == 400
        assert name in answer.content.decode()
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "no-store"
    (line,) = [record.getMessage() for record in caplog.records if "Refused" in record.getMessage()]
    assert f"ALLOWED_HOSTS=party.lan,{name} make run" in line


def test_the_name_of_a_tunnel_becomes_the_public_url(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get(UNKNOWN, headers={"Host": "some-words.trycloudflare.com", "X-Forwarded-Proto": "https"})
    assert "PUBLIC_URL=https://some-words.trycloudflare.com make run" in caplog.text


def test_strangers_can_not_fill_the_terminal_with_names(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(host_check.MAX_NAMED_HOSTS + 20):
        client.get(UNKNOWN, headers={"Host": f"{number}.evil.example"})
    client.get(UNKNOWN, headers={"Host": "a\x1b[31m b"})
    lines = [record for record in caplog.records if "Refused" in record.getMessage()]
    assert len(lines) == host_check.MAX_NAMED_HOSTS


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800::1", "::ffff:8.8.8.8", "141.20.16.1"])
def test_a_peer_from_the_internet_is_told_how_to_get_https(client: Client, address: str) -> None:
    answer = client.get(UNKNOWN, REMOTE_ADDR=address, headers={"Host": "192.168.1.20"})
    assert answer.status_code == 403
    assert "https" in answer.content.decode()
    assert "script-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "192.168.1.33", "::ffff:192.168.1.33", "141.20.9.9", "2001:db8:1::33", "fe80::1%wlan0", ""]
)
def test_a_peer_of_the_local_network_is_let_in(client: Client, address: str) -> None:
    assert client.get(UNKNOWN, REMOTE_ADDR=address, headers={"Host": "party.lan"}).status_code == 404


def test_programs_are_refused_in_json(client: Client) -> None:
    refused = client.get("/api/rooms/ABC234", headers={"Host": "evil.example"})
    assert refused.json()["error"]["code"] == "HOST_REFUSED"
    refused = client.get("/api/rooms/ABC234", REMOTE_ADDR="8.8.8.8", headers={"Host": "party.lan"})
    assert refused.json()["error"]["code"] == "HTTPS_NEEDED"


def test_a_site_on_https_serves_everybody_under_its_own_name_alone(settings: Any, client: Client) -> None:
    settings.LAN_MODE, settings.ALLOWED_HOSTS = False, ["play.example"]
    assert client.get(UNKNOWN, REMOTE_ADDR="8.8.8.8", headers={"Host": "play.example"}).status_code == 404
    for host in ("192.168.1.20", "localhost", "vm.local"):
        assert client.get(UNKNOWN, headers={"Host": host}).status_code == 400
