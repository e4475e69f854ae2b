"""The client's address is taken from trusted proxies only."""

import ipaddress
from typing import Any

import pytest

from partyflow.server.proxy import ProxyHeaders

PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1")]


async def scope_seen(client: Any, *forwarded: bytes) -> dict[str, Any]:
    seen: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope)

    headers = [
        (b"host", b"play.example"),
        (b"x-forwarded-proto", b"https"),
        *((b"x-forwarded-for", value) for value in forwarded),
    ]
    await ProxyHeaders(application, PROXIES)({"client": client, "headers": headers}, None, None)
    return seen[0]


async def client_seen(*forwarded: bytes) -> Any:
    return (await scope_seen(["10.0.0.1", 4711], *forwarded))["client"][0]


async def test_the_proxy_says_who_is_calling() -> None:
    assert await client_seen(b"203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize("forwarded", [[b"198.51.100.1, 203.0.113.9"], [b"198.51.100.1", b"203.0.113.9"]])
async def test_what_the_client_itself_claims_is_not_believed(forwarded: list[bytes]) -> None:
    assert await client_seen(*forwarded) == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (b"203.0.113.9:4711", "203.0.113.9"),
        (b"2001:db8::7", "2001:db8::7"),
        (b"[2001:db8::7]:4711", "2001:db8::7"),
        (b"::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
async def test_the_address_is_read_as_proxies_write_it(forwarded: bytes, address: str) -> None:
    assert await client_seen(forwarded) == address


@pytest.mark.parametrize("forwarded", [[], [b""], [b"unknown"], [b"203.0.113.9, "], [b"\xff"], [b"203.0.113.9:1:2"]])
async def test_without_an_address_it_is_the_proxy_itself(forwarded: list[bytes]) -> None:
    assert await client_seen(*forwarded) == "10.0.0.1"


@pytest.mark.parametrize("client", ["198.51.100.1", "2001:db8::1", "::ffff:198.51.100.1"])
async def test_somebody_who_goes_past_the_proxy_cannot_play_it(client: str) -> None:
    scope = await scope_seen([client, 4711], b"203.0.113.9")
    assert scope["client"] == [client, 4711]
    assert scope["headers"] == [(b"host", b"play.example")]


@pytest.mark.parametrize("client", ["::1", "::ffff:10.0.0.1", None])
async def test_a_proxy_is_known_by_its_network(client: str | None) -> None:
    scope = await scope_seen(client and [client, 4711], b"203.0.113.9")
    assert scope["client"] == ["203.0.113.9", 0]
