"""Frames and handshakes agree with the `websockets` library: the same events, close codes and answers for any input."""

import base64
import logging
from http import HTTPStatus
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.datastructures import Headers as LibraryHeaders
from websockets.frames import Close as LibraryClose
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Protocol, Side, State
from websockets.server import ServerProtocol

from rooms.protocol.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    INVALID_DATA,
    MESSAGE_TOO_BIG,
    PING,
    PONG,
    PROTOCOL_ERROR,
    TEXT,
    Close,
    FrameEvent,
    FrameReader,
    Ping,
    Pong,
    ProtocolViolation,
)
from rooms.protocol.handshake import BadHandshake, Headers, accept_key, accept_response, is_upgrade

MAX_BYTES = 300
SILENT = logging.getLogger("websockets.silent")
SILENT.disabled = True

Event = str | bytes | Ping | Pong | Close | int
"""As `FrameEvent`, with the close code of a violation in its place."""


def ours(pieces: list[bytes]) -> tuple[list[Event], str]:
    """The events of our reader, and the reason if the last is a violation."""
    reader = FrameReader(MAX_BYTES)
    events: list[FrameEvent] = [event for piece in pieces for event in reader.feed(piece)]
    if events and isinstance(events[-1], ProtocolViolation):
        *before, violation = events
        return [*before, violation.code], violation.reason  # type: ignore[list-item]
    return events, ""  # type: ignore[return-value]


def theirs(pieces: list[bytes]) -> tuple[list[Event], bool]:
    """The events of the library, its frames joined to messages here, and whether it ended within a message."""
    protocol = Protocol(Side.SERVER, state=State.OPEN, max_size=MAX_BYTES, logger=SILENT)
    events: list[Event] = []
    opcode, message = Opcode.CONT, b""
    for piece in pieces:
        protocol.receive_data(piece)
        for frame in protocol.events_received():
            assert isinstance(frame, Frame)
            match frame.opcode:
                case Opcode.PING:
                    events.append(Ping(bytes(frame.data)))
                case Opcode.PONG:
                    events.append(Pong(bytes(frame.data)))
                case Opcode.CLOSE:
                    return [*events, Close(LibraryClose.parse(frame.data).code)], False
                case _:
                    opcode = frame.opcode if frame.opcode is not Opcode.CONT else opcode
                    message += frame.data
                    if not frame.fin:
                        continue
                    try:
                        events.append(message.decode() if opcode is Opcode.TEXT else message)
                    except UnicodeDecodeError:
                        return [*events, INVALID_DATA], False
                    message = b""
        if protocol.parser_exc is not None:
            assert protocol.close_sent is not None
            return [*events, protocol.close_sent.code], protocol.current_size is not None
    return events, protocol.current_size is not None


def framed(opcode: int, payload: bytes, is_final: bool, mask: bytes) -> bytes:
    length = len(payload)
    size = bytes((0x80 | length,)) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes((0x80 * is_final | opcode,)) + size + mask + masked


masks = st.binary(min_size=4, max_size=4)
payloads = st.one_of(
    st.text(max_size=60).map(str.encode),
    st.binary(max_size=130),
    st.sampled_from([123, 125, 126, 127, MAX_BYTES - 1, MAX_BYTES, MAX_BYTES + 1]).map(b"x".__mul__),
)
opcodes = st.sampled_from([TEXT, TEXT, TEXT, BINARY, CONTINUATION, CONTINUATION, PING, PONG, CLOSE, 3])
close_codes = st.integers(999, 1016) | st.sampled_from([0, 2999, 3000, 4999, 5000])
close_payloads = st.builds(
    lambda code, reason: code.to_bytes(2, "big") + reason.encode(), close_codes, st.text(max_size=40)
)
frames = st.one_of(
    st.builds(framed, opcodes, payloads, st.booleans(), masks),
    st.builds(framed, opcodes, payloads, st.just(True), masks),
    st.builds(framed, st.just(CLOSE), close_payloads, st.just(True), masks),
)
mutations = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=2), st.booleans()), max_size=2)


def mutated(stream: bytes, changes: list[tuple[float, bytes, bool]]) -> bytes:
    """``stream`` with some bytes replaced or inserted."""
    for where, inserted, replaces in changes:
        at = int(where * len(stream))
        stream = stream[:at] + inserted + stream[at + len(inserted) * replaces :]
    return stream


streams = st.one_of(
    st.lists(frames, max_size=5).map(b"".join),
    st.builds(mutated, st.lists(frames, max_size=5).map(b"".join), mutations),
    st.binary(max_size=60),
)


@given(streams, st.lists(st.floats(0, 1), max_size=6))
@settings(max_examples=400, deadline=None)
def test_frames_are_read_as_the_library_reads_them(stream: bytes, cuts: list[float]) -> None:
    ends = [0, *sorted(int(cut * len(stream)) for cut in cuts), len(stream)]
    # The padding completes a frame that is cut off: the two check parts of an incomplete header in another order.
    pieces = [*(stream[start:end] for start, end in pairwise(ends)), bytes(MAX_BYTES + 16)]
    events, reason = ours(pieces)
    expected, is_within_message = theirs(pieces)
    if reason == "The length takes more bytes than it needs.":
        # Section 5.2 demands the shortest encoding; the library takes any.
        assert events[:-1] == expected[: len(events) - 1]
        return
    last = len(expected) - 1
    if is_within_message and 0 <= last < len(events) and isinstance(events[last], Ping | Pong | Close):
        # The library counts control frames within a message as part of it, and takes no close there (section 5.4).
        assert expected[last] in (events[last], MESSAGE_TOO_BIG, PROTOCOL_ERROR)
        expected[last:] = events[last:]
    if reason and events[-1] == PROTOCOL_ERROR and expected[-1] in (MESSAGE_TOO_BIG, INVALID_DATA):
        # A frame may violate two rules, which are checked in another order.
        expected[-1] = PROTOCOL_ERROR
    assert events == expected


@pytest.mark.parametrize(
    ("stream", "event"),
    [
        (framed(TEXT, b"x" * (MAX_BYTES + 1), True, bytes(4)), MESSAGE_TOO_BIG),
        (framed(TEXT, b"x" * MAX_BYTES, True, bytes(4)), "x" * MAX_BYTES),
        (framed(TEXT, b"\xff", True, bytes(4)), INVALID_DATA),
        (framed(CLOSE, b"\x03\xe8\xff", True, bytes(4)), INVALID_DATA),
        (framed(CLOSE, b"\x03\xed", True, bytes(4)), PROTOCOL_ERROR),
        (framed(CLOSE, b"\x0f\xa0bye", True, bytes(4)), Close(4000)),
    ],
    ids=["too big", "just not too big", "no text", "no reason", "no code", "a close"],
)
def test_both_agree_where_it_matters(stream: bytes, event: Event) -> None:
    assert ours([stream])[0] == theirs([stream])[0] == [event]


def cased(word: str) -> st.SearchStrategy[str]:
    return st.sampled_from([word, word.lower(), word.upper()])


def header(name: str, usual: st.SearchStrategy[str], *others: st.SearchStrategy[str]) -> st.SearchStrategy[Headers]:
    """The header once, nearly always, or any number of times with any value."""
    line = (usual | st.one_of(usual, *others)).map(lambda value: (name.encode(), value.encode()))
    return line.map(lambda one: [one]) | st.lists(line, max_size=2)


keys = st.binary(min_size=16, max_size=16).map(lambda raw: base64.b64encode(raw).decode())
odd_keys = st.binary(max_size=20).map(lambda raw: base64.b64encode(raw).decode()) | st.sampled_from(
    ["short", "=", "a!=="]
)
options = st.lists(cased("Upgrade") | st.sampled_from(["keep-alive", "close", "x-upgrade"]), min_size=1, max_size=3)
requests = st.tuples(
    st.sampled_from(["GET", "GET", "GET", "POST"]),
    st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"]),
    st.tuples(
        # Once: of several we take any that is `websocket`, and the library none.
        (cased("WebSocket") | st.sampled_from(["h2c", "websocket, h2c"])).map(
            lambda value: [(b"upgrade", value.encode())]
        ),
        header("connection", cased("Upgrade"), options.map(", ".join), options.map(",".join)),
        header("sec-websocket-key", keys, odd_keys),
        header("sec-websocket-version", st.just("13"), st.sampled_from(["8", "013", ""])),
    ).map(lambda parts: [line for lines in parts for line in lines]),
)


def our_answer(method: str, protocol: str, headers: Headers) -> str | None:
    """``Sec-WebSocket-Accept``; None if this becomes no WebSocket."""
    try:
        key = accept_key(method.encode(), protocol.encode(), b"/", headers)
    except BadHandshake:
        return None
    if not is_upgrade(headers):
        return None
    lines = accept_response(key).decode().splitlines()
    return next(
        line.removeprefix("Sec-WebSocket-Accept: ") for line in lines if line.startswith("Sec-WebSocket-Accept")
    )


def their_answer(method: str, protocol: str, headers: Headers) -> str | None:
    asked = LibraryHeaders([(name.decode(), value.decode()) for name, value in headers])
    response = ServerProtocol(logger=SILENT).accept(Request(path="/", headers=asked, method=method, protocol=protocol))
    return response.headers["Sec-WebSocket-Accept"] if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS else None


@given(requests)
@settings(max_examples=400, deadline=None)
def test_handshakes_are_answered_as_the_library_answers_them(request_: tuple[str, str, Headers]) -> None:
    assert our_answer(*request_) == their_answer(*request_)
