"""The check of Host and Origin before the upgrade."""

from typing import Any

import pytest

from rooms.conftest import Guest


async def test_the_sites_own_origin_is_accepted(throw: Any) -> None:
    party = await throw()
    assert (await Guest(party.code, "Bob").open()).is_accepted


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "https://party.example",
        "http://party.example:8080",
        "http://party.example.evil.example",
        "http://evil.example@party.example",
        "http://party.example/path",
        "party.example",
        "ftp://party.example",
        "http://party.example:port",
        "http://[",
    ],
)
async def test_another_origin_is_rejected_and_logged(throw: Any, origin: str, caplog: pytest.LogCaptureFixture) -> None:
    party = await throw()
    mallory = await Guest(party.code, "Mallory").open(origin=origin)
    assert mallory.answers == [{"type": "websocket.close"}]
    assert "Refused a socket" in caplog.text


async def test_a_default_port_may_be_omitted(throw: Any) -> None:
    party = await throw()
    for host, origin in (
        ("party.example:80", "http://party.example"),
        ("party.example", "http://party.example:80"),
        ("PARTY.example", "http://party.EXAMPLE"),
    ):
        assert (await Guest(party.code, "Bob").open(host=host, origin=origin)).is_accepted


async def test_the_port_is_part_of_the_origin(throw: Any) -> None:
    party = await throw()
    bob = await Guest(party.code, "Bob").open(host="party.example:8000", origin="http://party.example:8000")
    assert bob.is_accepted


@pytest.mark.parametrize("host", ["", "evil.example", "party.example:x", "[::1"])
async def test_an_unknown_host_is_rejected(throw: Any, host: str) -> None:
    party = await throw()
    mallory = await Guest(party.code, "Mallory").open(host=host, origin=f"http://{host}")
    assert mallory.answers == [{"type": "websocket.close"}]


async def test_with_an_https_public_url_only_https_is_accepted(throw: Any, settings: Any) -> None:
    party = await throw()
    settings.PUBLIC_URL = "https://play.example"
    assert (await Guest(party.code, "Bob").open(origin="https://play.example")).is_accepted
    for origin in ("http://play.example", "http://party.example", "https://party.example"):
        assert not (await Guest(party.code, "Mallory").open(origin=origin)).is_accepted


@pytest.mark.parametrize("path", ["/", "/ws", "/ws/more/?roomId=ABC234", "/admin/"])
async def test_other_paths_are_rejected(throw: Any, path: str) -> None:
    await throw()
    lost = await Guest("ABC234", "Bob").open(path)
    assert lost.answers == [{"type": "websocket.close"}]
