"""The opening handshake of a WebSocket (RFC 6455, section 4): checks a parsed request and makes the response."""

import base64
import hashlib
from http import HTTPStatus

VERSION = b"13"

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16

Headers = list[tuple[bytes, bytes]]
"""Names in lower case, and values."""


class BadHandshake(Exception):
    """The request cannot become a WebSocket; the answer is ``status``."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def is_upgrade(headers: Headers) -> bool:
    """Whether a request asks for a WebSocket."""
    return any(value.lower() == b"websocket" for value in _values(headers, b"upgrade"))


def subprotocols(headers: Headers) -> list[str]:
    """The subprotocols that the client offers, in its order."""
    return [token.decode("latin-1") for token in _tokens(headers, b"sec-websocket-protocol")]


def accept_key(method: bytes, http_version: bytes, path: bytes, headers: Headers) -> bytes:
    """The value of ``Sec-WebSocket-Accept``. Raises `BadHandshake`."""
    if method != b"GET" or http_version != b"HTTP/1.1" or not path.isascii():
        raise BadHandshake(HTTPStatus.BAD_REQUEST, "A WebSocket begins with GET and HTTP/1.1.")
    if b"upgrade" not in [token.lower() for token in _tokens(headers, b"connection")]:
        raise BadHandshake(HTTPStatus.BAD_REQUEST, "Connection: Upgrade is missing.")
    if _values(headers, b"sec-websocket-version") != [VERSION]:
        raise BadHandshake(HTTPStatus.UPGRADE_REQUIRED, "Only version 13 of WebSocket is spoken.")
    try:
        (key,) = _values(headers, b"sec-websocket-key")
        is_key = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except ValueError:
        is_key = False
    if not is_key:
        raise BadHandshake(HTTPStatus.BAD_REQUEST, "Sec-WebSocket-Key is no key.")
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())


def accept_response(key: bytes, subprotocol: str | None = None) -> bytes:
    """The response that opens the WebSocket; ``key`` is an `accept_key`."""
    chosen = b"" if subprotocol is None else b"Sec-WebSocket-Protocol: %b\r\n" % subprotocol.encode()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %b\r\n%b\r\n" % (key, chosen)
    )


def reject_response(status: HTTPStatus) -> bytes:
    """The response that refuses the WebSocket and ends the connection."""
    return b"HTTP/1.1 %d %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % (status, status.phrase.encode())


def _values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for header, value in headers if header == name]


def _tokens(headers: Headers, name: bytes) -> list[bytes]:
    stripped = [token.strip() for value in _values(headers, name) for token in value.split(b",")]
    return [token for token in stripped if token]
