from typing import Any

import pytest

from partyflow.proxy import BehindProxy


async def client_seen(*forwarded: bytes) -> Any:
    seen: list[Any] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope["client"])

    headers = [(b"host", b"play.example"), *((b"x-forwarded-for", value) for value in forwarded)]
    await BehindProxy(application)({"client": ["10.0.0.1", 4711], "headers": headers}, None, None)
    return seen[0][0]


async def test_the_proxy_says_who_is_calling() -> None:
    assert await client_seen(b"203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize("forwarded", [[b"198.51.100.1, 203.0.113.9"], [b"198.51.100.1", b"203.0.113.9"]])
async def test_what_the_client_itself_claims_is_not_believed(forwarded: list[bytes]) -> None:
    assert await client_seen(*forwarded) == "203.0.113.9"


async def test_without_the_header_it_is_the_proxy_itself() -> None:
    assert await client_seen() == "10.0.0.1"
