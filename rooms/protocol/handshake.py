"""The opening of a WebSocket (RFC 6455, section 4): what is asked, and what is answered."""

import base64
import binascii
import hashlib
from http import HTTPStatus

VERSION = b"13"

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16

Headers = list[tuple[bytes, bytes]]


class BadHandshake(Exception):
    """This cannot become a WebSocket; answer with ``status``."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def is_upgrade(headers: Headers) -> bool:
    """Whether somebody asks for a WebSocket; ``headers`` with their names in lower case."""
    return any(name == b"upgrade" and value.lower() == b"websocket" for name, value in headers)


def subprotocols(headers: Headers) -> list[str]:
    """Those that the client would speak."""
    named = b",".join(value for name, value in headers if name == b"sec-websocket-protocol")
    return [token.strip() for token in named.decode("latin-1").split(",") if token.strip()]


def accept_key(method: bytes, http_version: bytes, path: bytes, headers: Headers) -> bytes:
    """What proves to the client that it was understood. Raises `BadHandshake`."""
    headers_by_name = dict(headers)
    if method != b"GET" or http_version != b"HTTP/1.1" or not path.isascii():
        raise BadHandshake(HTTPStatus.BAD_REQUEST, "A WebSocket begins with GET and HTTP/1.1.")
    if b"upgrade" not in [token.strip().lower() for token in headers_by_name.get(b"connection", b"").split(b",")]:
        raise BadHandshake(HTTPStatus.BAD_REQUEST, "Connection: Upgrade is missing.")
    if headers_by_name.get(b"sec-websocket-version") != VERSION:
        raise BadHandshake(HTTPStatus.UPGRADE_REQUIRED, "Only version 13 of WebSocket is spoken.")
    key = headers_by_name.get(b"sec-websocket-key", b"")
    try:
        is_key = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except binascii.Error:
        is_key = False
    if not is_key:
        raise BadHandshake(HTTPStatus.BAD_REQUEST, "Sec-WebSocket-Key is no key.")
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())


def accept_response(key: bytes, subprotocol: str | None = None) -> bytes:
    """The answer that opens the WebSocket."""
    chosen = b"" if subprotocol is None else b"Sec-WebSocket-Protocol: %b\r\n" % subprotocol.encode()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %b\r\n%b\r\n" % (key, chosen)
    )


def reject_response(status: HTTPStatus) -> bytes:
    """The answer that does not."""
    return b"HTTP/1.1 %d %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % (status, status.phrase.encode())
