"""A WebSocket client that does what it is told, right or wrong, one frame at a time."""

import os
import socket
import struct
from collections.abc import Sequence
from typing import NamedTuple, Self

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
TIMEOUT_S = 30.0


class Frame(NamedTuple):
    """One frame from the server. ``code`` and ``reason`` are those of a close frame."""

    opcode: int
    payload: bytes

    @property
    def code(self) -> int:
        return int(struct.unpack("!H", self.payload[:2])[0])

    @property
    def reason(self) -> str:
        return self.payload[2:].decode()


UNSOLICITED_PONG = Frame(PONG, b"")


class RawSocket:
    """An upgraded connection. ``answer`` is the server's answer to the upgrade, headers and all.

    ``after`` are pages with a body of two bytes, which come over the same connection before.
    """

    def __init__(
        self,
        port: int,
        path: str = "/",
        headers: str = "",
        receive_buffer: int | None = None,
        after: Sequence[str] = (),
    ) -> None:
        self.path = path
        self._socket = socket.socket()
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(TIMEOUT_S)
        self._socket.connect(("127.0.0.1", port))
        self._unread = b""
        for page in after:
            self._socket.sendall(f"GET {page} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            self._read_until(b"\r\n\r\n")
            self._read(2)
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n".encode()
        )
        self.answer = self._read_until(b"\r\n\r\n").decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    @property
    def status(self) -> int:
        return int(self.answer.split(" ", 2)[1])

    def send(self, text: str) -> None:
        self.send_frame(TEXT, text.encode())

    def send_frame(self, opcode: int, payload: bytes = b"") -> None:
        self.send_bytes(self.framed(opcode, payload))

    @staticmethod
    def framed(opcode: int, payload: bytes, is_final: bool = True) -> bytes:
        """The bytes of one masked frame."""
        first, length = 0x80 * is_final | opcode, len(payload)
        if length < 126:
            head = struct.pack("!BB", first, 0x80 | length)
        elif length < 1 << 16:
            head = struct.pack("!BBH", first, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", first, 0x80 | 127, length)
        mask = os.urandom(4)
        return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def frame(self) -> Frame:
        """The next frame that has something to say. Raises ConnectionError when the server has hung up, TimeoutError
        when it says nothing.
        """
        while (frame := self.any_frame()) == UNSOLICITED_PONG:
            pass
        return frame

    def any_frame(self) -> Frame:
        """The next frame, be it a bare sign of life."""
        first, second = self._read(2)
        assert first & 0x80, "servers of ours do not split messages"
        assert not second & 0x80, "servers do not mask"
        length = second & 0x7F
        if length == 126:
            length = struct.unpack("!H", self._read(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self._read(8))[0]
        return Frame(first & 0x0F, self._read(length))

    def frames_until_close(self) -> list[Frame]:
        """All frames up to the close frame, which is the last."""
        frames = [self.frame()]
        while frames[-1].opcode != CLOSE:
            frames.append(self.frame())
        return frames

    def finish(self, code: int) -> None:
        """Answer a close frame and wait for the server to hang up."""
        self.send_frame(CLOSE, struct.pack("!H", code))
        try:
            while self._socket.recv(65536):
                pass
        except ConnectionResetError:
            return

    def _read(self, count: int) -> bytes:
        while len(self._unread) < count:
            self._receive()
        data, self._unread = self._unread[:count], self._unread[count:]
        return data

    def _read_until(self, mark: bytes) -> bytes:
        while mark not in self._unread:
            self._receive()
        head, _, self._unread = self._unread.partition(mark)
        return head

    def _receive(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the server hung up")
        self._unread += data
