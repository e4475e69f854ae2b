"""What is no conversation at all: compressed frames, frames without end, bytes without sense (cases 11 and 12)."""

import random
import socket
import struct

import pytest

from tests.support.raw_socket import CLOSE, PING, TEXT, RawSocket
from tests.support.site import Site

GARBAGE_BYTES = 20_000


def knock(site: Site, headers: str = "") -> RawSocket:
    """A socket that nobody has introduced yet."""
    return RawSocket(site.port, "/ws/?roomId=ABC234", f"Origin: {site.origin}\r\n{headers}")


def last_code(client: RawSocket) -> int | None:
    """The code that the server closes with; None if it only hangs up."""
    try:
        return client.frames_until_close()[-1].code
    except ConnectionError:
        return None


def still_plays(site: Site) -> None:
    """The server answers others, and has not stumbled."""
    with knock(site) as client:
        client.send("nonsense")
        assert last_code(client) == 4400
    assert not site.tracebacks()


@pytest.mark.parametrize(
    "offer", ["permessage-deflate", "permessage-deflate; server_no_context_takeover", "x-webkit-deflate-frame"]
)
def test_compression_is_not_taken_up_and_compressed_frames_are_1002(site: Site, offer: str) -> None:
    with knock(site, f"Sec-WebSocket-Extensions: {offer}\r\n") as client:
        assert client.status == 101
        assert "extensions" not in client.answer.lower()
        compressed = client.framed(TEXT, b"\xaa\x56\x2a\x4b\xcc\x29\x4d\x05\x00")
        client.send_bytes(bytes((compressed[0] | 0x40,)) + compressed[1:])
        assert last_code(client) == 1002
    still_plays(site)


@pytest.mark.parametrize("payload", [b"", b"x"], ids=["empty", "a byte each"])
def test_a_message_that_never_ends_is_1009(site: Site, payload: bytes) -> None:
    with knock(site) as client:
        client.send_bytes(client.framed(TEXT, payload, is_final=False))
        client.send_bytes(client.framed(0, payload, is_final=False) * 400)
        assert last_code(client) == 1009
    still_plays(site)


@pytest.mark.parametrize("length", [16 * 1024 + 1, 10 * 1024 * 1024, (1 << 63) - 1])
def test_a_size_that_is_only_claimed_is_refused_before_it_comes(site: Site, length: int) -> None:
    with knock(site) as client:
        client.send_bytes(
            struct.pack("!BBQ", 0x81, 0xFF, length) if length > 65535 else struct.pack("!BBH", 0x81, 0xFE, length)
        )
        client.send_bytes(b"mask")
        assert last_code(client) == 1009
    still_plays(site)


def test_a_flood_of_pings_is_4429(site: Site) -> None:
    with knock(site) as client:
        client.send_bytes(client.framed(PING, b"") * 1000)
        assert last_code(client) == 4429
    still_plays(site)


@pytest.mark.parametrize("seed", range(5))
def test_noise_after_the_upgrade_ends_that_socket_alone(site: Site, seed: int) -> None:
    noise = random.Random(seed).randbytes(GARBAGE_BYTES)
    with knock(site) as client:
        try:
            client.send_bytes(noise)
        except ConnectionError:
            return
        assert last_code(client) not in {1000, 1011}
    still_plays(site)


@pytest.mark.parametrize(
    "said",
    [
        b"\x00" * 5000 + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /ws/?roomId=%ff HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
        b"GET /ws/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 600 + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=lambda said: ascii(said[:24]),
)
def test_http_that_is_none_is_refused_or_hung_up_on(site: Site, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        try:
            answer = connection.recv(65536)
        except ConnectionError:
            answer = b""
    assert not answer or answer.startswith(b"HTTP/1.1 4"), answer[:100]
    still_plays(site)


def test_a_close_of_any_kind_is_a_goodbye(site: Site) -> None:
    for payload in (b"", b"\x03\xe8", b"\x0f\xa0bye", b"\x03", b"\x00\x01", b"\x03\xe8\xff\xff"):
        with knock(site) as client:
            client.send_frame(CLOSE, payload)
            assert last_code_or_none(client) in {None, 1000, 1002, 1007, 4000}
    still_plays(site)


def last_code_or_none(client: RawSocket) -> int | None:
    """As `last_code`, for closes that may have no code."""
    try:
        frame = client.frames_until_close()[-1]
    except ConnectionError:
        return None
    return frame.code if frame.payload else None
