"""The opening of a WebSocket."""

from http import HTTPStatus

import pytest

from rooms.protocol.handshake import (
    BadHandshake,
    Headers,
    accept_key,
    accept_response,
    is_upgrade,
    reject_response,
    subprotocols,
)

# The example of RFC 6455, section 1.3.
ASKED: Headers = [
    (b"host", b"server.example.com"),
    (b"upgrade", b"WebSocket"),
    (b"connection", b"keep-alive, Upgrade"),
    (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ=="),
    (b"sec-websocket-protocol", b"chat, superchat"),
    (b"sec-websocket-version", b"13"),
]


def without(name: bytes, value: bytes | None = None) -> Headers:
    """The same with another value, or without it."""
    return [header for header in ASKED if header[0] != name] + ([] if value is None else [(name, value)])


def test_the_example_of_the_standard() -> None:
    assert is_upgrade(ASKED)
    assert subprotocols(ASKED) == ["chat", "superchat"]
    key = accept_key(b"GET", b"HTTP/1.1", b"/chat", ASKED)
    assert key == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    answer = accept_response(key, "chat").decode().split("\r\n")
    assert answer[0] == "HTTP/1.1 101 Switching Protocols"
    assert {"Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {key.decode()}"} < set(answer)
    assert answer[-3:] == ["Sec-WebSocket-Protocol: chat", "", ""]
    assert b"Protocol:" not in accept_response(key)


def test_a_page_is_no_upgrade() -> None:
    assert not is_upgrade(without(b"upgrade"))
    assert not is_upgrade(without(b"upgrade", b"h2c"))


def test_connection_may_stand_in_several_lines() -> None:
    headers = [*without(b"connection", b"Upgrade"), (b"connection", b"keep-alive")]
    assert accept_key(b"GET", b"HTTP/1.1", b"/", headers)


@pytest.mark.parametrize(
    "headers",
    [
        [*ASKED, (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ==")],
        without(b"connection"),
        without(b"connection", b"close"),
        without(b"sec-websocket-key"),
        without(b"sec-websocket-key", b"short"),
        without(b"sec-websocket-key", b"c2hvcnQ="),
    ],
)
def test_what_cannot_become_a_websocket_is_a_bad_request(headers: Headers) -> None:
    with pytest.raises(BadHandshake) as refusal:
        accept_key(b"GET", b"HTTP/1.1", b"/", headers)
    assert refusal.value.status is HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("method", "version", "path"),
    [(b"POST", b"HTTP/1.1", b"/"), (b"GET", b"HTTP/1.0", b"/"), (b"GET", b"HTTP/1.1", b"/\xff")],
)
def test_only_get_and_http_1_1_will_do(method: bytes, version: bytes, path: bytes) -> None:
    with pytest.raises(BadHandshake):
        accept_key(method, version, path, ASKED)


@pytest.mark.parametrize("version", [None, b"8", b"14"])
def test_another_version_of_websocket_is_told_to_upgrade(version: bytes | None) -> None:
    with pytest.raises(BadHandshake) as refusal:
        accept_key(b"GET", b"HTTP/1.1", b"/", without(b"sec-websocket-version", version))
    assert refusal.value.status is HTTPStatus.UPGRADE_REQUIRED


def test_a_refusal_ends_the_connection() -> None:
    assert reject_response(HTTPStatus.FORBIDDEN).startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"Connection: close\r\n" in reject_response(HTTPStatus.FORBIDDEN)
