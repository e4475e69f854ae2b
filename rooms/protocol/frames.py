"""WebSocket frames (RFC 6455, section 5), Sans-I/O: parses what clients send, encodes what servers send.

`rooms/protocol/test_rfc6455_oracle.py` compares it with the `websockets` library.
"""

import struct
from functools import partial
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

NORMAL_CLOSURE = 1000
PROTOCOL_ERROR = 1002
NO_STATUS = 1005
ABNORMAL_CLOSURE = 1006
INVALID_DATA = 1007
POLICY_VIOLATION = 1008
MESSAGE_TOO_BIG = 1009
INTERNAL_ERROR = 1011
SERVICE_RESTART = 1012
"""Close codes (section 7.4.1 and IANA's registry)."""

MAX_FRAGMENTS = 256
"""Of one message: fragments may be empty, so the size alone bounds nothing."""

_FINAL = 0x80
_FINAL_TEXT = _FINAL | TEXT
_HEADER_BYTES = 2
_MASKED = 0x80
_MASK_BYTES = 4
_MAX_CONTROL_BYTES = 125
_LENGTH_16_BIT = 126
_LENGTH_64_BIT = 127
_OPCODES = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})
_CLOSE_CODES = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})


class Ping(NamedTuple):
    """A ping; to be answered with a pong of the same payload."""

    payload: bytes


class Pong(NamedTuple):
    """A pong, solicited or not."""

    payload: bytes


class Close(NamedTuple):
    """A close frame; `NO_STATUS` if it is empty."""

    code: int


class ProtocolViolation(NamedTuple):
    """The client violates the protocol; to be answered with a close frame."""

    code: int
    reason: str


FrameEvent = str | bytes | Ping | Pong | Close | ProtocolViolation
"""``str`` is a text message, ``bytes`` a binary one."""


class FrameReader:
    """Parses one client's byte stream into messages of at most ``max_bytes`` and control frames.

    Everything after a `Close` or a `ProtocolViolation` is ignored.
    """

    __slots__ = ("_fragments", "_is_done", "_max_bytes", "_message", "_opcode", "_unread")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._unread = b""
        self._opcode = CONTINUATION
        self._message = b""
        self._fragments = 0
        self._is_done = False

    @property
    def is_done(self) -> bool:
        """Whether the stream has ended with a `Close` or a `ProtocolViolation`."""
        return self._is_done

    def feed(self, data: bytes) -> list[FrameEvent]:
        """Parse ``data``, which may begin and end anywhere; returns what it has completed, in order."""
        received: list[FrameEvent] = []
        if self._unread:
            data = self._unread + data
        elif self._opcode == CONTINUATION and not self._is_done:
            text = _parse_single_text(data, self._max_bytes)
            if text is not None:
                return [text]
        at = 0
        try:
            while not self._is_done and (frame := _parse_header(data, at)) is not None:
                first, start, end = frame
                self._validate(first, end - start)
                if end > len(data):
                    break
                message = self._handle(first, _unmask(data, start, end))
                if message is not None:
                    received.append(message)
                at = end
        except _Violation as broken:
            self._is_done = True
            received.append(ProtocolViolation(*broken.args))
        self._unread = b"" if self._is_done else data[at:]
        return received

    def _validate(self, first: int, length: int) -> None:
        opcode = first & ~_FINAL
        if opcode not in _OPCODES:
            raise _Violation(PROTOCOL_ERROR, "There is no such frame.")
        if opcode >= CLOSE:
            if length > _MAX_CONTROL_BYTES or not first & _FINAL:
                raise _Violation(PROTOCOL_ERROR, "Control frames are short and whole.")
            return
        if (opcode == CONTINUATION) != (self._opcode != CONTINUATION):
            raise _Violation(PROTOCOL_ERROR, "Messages follow one another.")
        if len(self._message) + length > self._max_bytes:
            raise _Violation(MESSAGE_TOO_BIG, "The message is too big.")

    def _handle(self, first: int, payload: bytes) -> FrameEvent | None:
        opcode = first & ~_FINAL
        if opcode >= CLOSE:
            return self._handle_control(opcode, payload)
        if opcode == CONTINUATION:
            opcode, payload = self._opcode, self._message + payload
        if first & _FINAL:
            self._opcode, self._message, self._fragments = CONTINUATION, b"", 0
            return payload if opcode == BINARY else _decode_text(payload)
        self._fragments += 1
        if self._fragments >= MAX_FRAGMENTS:
            raise _Violation(MESSAGE_TOO_BIG, "The message has too many pieces.")
        self._opcode, self._message = opcode, payload
        return None

    def _handle_control(self, opcode: int, payload: bytes) -> FrameEvent:
        if opcode == PING:
            return Ping(payload)
        if opcode == PONG:
            return Pong(payload)
        self._is_done = True
        if not payload:
            return Close(NO_STATUS)
        code = int.from_bytes(payload[:2], "big")
        if len(payload) == 1 or code not in _CLOSE_CODES:
            raise _Violation(PROTOCOL_ERROR, "This is no code to close with.")
        _decode_text(payload[2:])
        return Close(code)


class _Violation(Exception):
    """Raised within the parser, with the arguments of a `ProtocolViolation`."""


def _parse_single_text(data: bytes, max_bytes: int) -> str | None:
    """The text if ``data`` is exactly one valid, unfragmented text frame, as it nearly always is; else None."""
    size = len(data)
    if size < _HEADER_BYTES + _MASK_BYTES or data[0] != _FINAL_TEXT:
        return None
    start, length = _HEADER_BYTES + _MASK_BYTES, data[1] - _MASKED
    if length == _LENGTH_16_BIT:
        start, length = start + 2, int.from_bytes(data[2:4], "big")
        if length < _LENGTH_16_BIT:
            return None
    elif length > _LENGTH_16_BIT:
        return None
    if start + length != size or not 0 < length <= max_bytes:
        return None
    try:
        return _unmask(data, start, size).decode()
    except UnicodeDecodeError:
        return None


def _parse_header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """First byte, start and end of the payload of the frame at ``at``; None if its header is incomplete."""
    if len(data) < at + 2:
        return None
    first, length, start = data[at], data[at + 1] - _MASKED, at + 2
    if length < 0:
        raise _Violation(PROTOCOL_ERROR, "Clients mask what they send.")
    if length >= _LENGTH_16_BIT:
        start += 2 if length == _LENGTH_16_BIT else 8
        shortest = 126 if length == _LENGTH_16_BIT else 1 << 16
        if len(data) < start:
            return None
        length = int.from_bytes(data[at + 2 : start], "big")
        if length < shortest:
            raise _Violation(PROTOCOL_ERROR, "The length takes more bytes than it needs.")
    return first, start + _MASK_BYTES, start + _MASK_BYTES + length


def _unmask(data: bytes, start: int, end: int) -> bytes:
    length = end - start
    mask = (data[start - _MASK_BYTES : start] * (length // _MASK_BYTES + 1))[:length]
    # XOR of two large integers: a hundred times faster than byte by byte.
    return (int.from_bytes(data[start:end], "big") ^ int.from_bytes(mask, "big")).to_bytes(length, "big")


def _decode_text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise _Violation(INVALID_DATA, "The text is not UTF-8.") from error


def frame(opcode: int, payload: bytes) -> bytes:
    """A final, unmasked frame (section 5.2)."""
    length = len(payload)
    if length < _LENGTH_16_BIT:
        return bytes((_FINAL | opcode, length)) + payload
    if length < 1 << 16:
        return bytes((_FINAL | opcode, _LENGTH_16_BIT)) + length.to_bytes(2, "big") + payload
    return bytes((_FINAL | opcode, _LENGTH_64_BIT)) + length.to_bytes(8, "big") + payload


text_frame = partial(frame, TEXT)
"""A final, unmasked text frame."""


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame; empty for `NO_STATUS`, else with ``code`` and as much of ``reason`` as fits."""
    if code == NO_STATUS:
        return frame(CLOSE, b"")
    text = reason.encode()[: _MAX_CONTROL_BYTES - 2].decode(errors="ignore")
    return frame(CLOSE, struct.pack("!H", code) + text.encode())
