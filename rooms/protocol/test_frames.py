"""Parsing what clients send by RFC 6455."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.protocol.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    MAX_FRAGMENTS,
    NO_STATUS,
    PING,
    PONG,
    TEXT,
    Close,
    FrameEvent,
    FrameReader,
    Ping,
    Pong,
    ProtocolViolation,
    close_frame,
    frame,
    text_frame,
)
from tests.support.raw_socket import RawSocket

MAX_BYTES = 300
framed = RawSocket.framed

texts = st.text(max_size=70) | st.integers(100, MAX_BYTES).map("x".__mul__)
messages = st.one_of(
    texts.map(lambda text: ([(TEXT, text.encode())], text)),
    st.binary(max_size=MAX_BYTES).map(lambda data: ([(BINARY, data)], data)),
    st.binary(max_size=125).map(lambda data: ([(PING, data)], Ping(data))),
    st.binary(max_size=125).map(lambda data: ([(PONG, data)], Pong(data))),
    # A text in three parts, cut within characters too, with a ping in between.
    st.tuples(texts, st.integers(0, MAX_BYTES), st.integers(0, MAX_BYTES)).map(
        lambda told: (
            [
                (TEXT, told[0].encode()[: min(told[1:])]),
                (CONTINUATION, told[0].encode()[min(told[1:]) : max(told[1:])]),
                (CONTINUATION, told[0].encode()[max(told[1:]) :]),
            ],
            told[0],
        )
    ),
)


def read(*pieces: bytes) -> list[FrameEvent]:
    reader = FrameReader(MAX_BYTES)
    return [message for piece in pieces for message in reader.feed(piece)]


def breach(data: bytes) -> int | None:
    """The code for which this is refused, None if it is not."""
    last = read(data)[-1:]
    return last[0].code if last and isinstance(last[0], ProtocolViolation) else None


@given(st.lists(messages, max_size=6), st.data())
def test_messages_are_read_however_they_are_cut(
    said: list[tuple[list[tuple[int, bytes]], FrameEvent]], data: st.DataObject
) -> None:
    stream = b"".join(
        framed(opcode, payload, is_final=number == len(parts))
        for parts, _ in said
        for number, (opcode, payload) in enumerate(parts, start=1)
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert read(*pieces) == [message for _, message in said]


@given(st.lists(st.binary(), max_size=5))
def test_no_bytes_are_too_strange_to_look_at(pieces: list[bytes]) -> None:
    read(*pieces)


def whole(length: int, marker: int, in_bytes: int) -> bytes:
    """A text frame of this length whose head says so in a way of its own."""
    return bytes((0x81, 0x80 | marker)) + length.to_bytes(in_bytes, "big") + bytes(4) + b"x" * length


@pytest.mark.parametrize("length", [*range(112, 132), 250])
def test_a_length_is_read_as_it_is_written(length: int) -> None:
    short = b"\x81" + bytes((0x80 | length,)) + bytes(4) + b"x" * length if length < 126 else whole(length, 126, 2)
    assert read(short) == ["x" * length]
    assert breach(whole(length, 127, 8)) == 1002
    assert breach(whole(length, 126, 2)) == (1002 if length < 126 else None)


def test_control_frames_come_between_the_parts_of_a_message() -> None:
    parts = framed(TEXT, b"one ", is_final=False), framed(PING, b"?"), framed(CONTINUATION, b"two")
    assert read(*parts) == [Ping(b"?"), "one two"]


@pytest.mark.parametrize(
    "data",
    [
        frame(TEXT, b"hello"),
        framed(3, b""),
        framed(11, b""),
        bytes((0xC1, 0x80)) + bytes(4),
        framed(CONTINUATION, b"of nothing"),
        framed(TEXT, b"a", is_final=False) + framed(TEXT, b"b"),
        framed(PING, b"", is_final=False),
        framed(PING, b"x" * 126),
        bytes((0x82, 0xFE, 0, 5)) + bytes(9),
        bytes((0x82, 0xFF)) + (65535).to_bytes(8, "big") + bytes(4),
        framed(CLOSE, b"x"),
        framed(CLOSE, (1005).to_bytes(2, "big")),
        framed(CLOSE, (2999).to_bytes(2, "big")),
    ],
    ids=[
        "not masked", "no such frame", "no such control frame", "a reserved bit", "the rest of nothing",
        "a message within a message", "a ping in parts", "a long ping", "a length in too many bytes",
        "a length in far too many bytes", "half a code", "a code that is never sent", "a code of nobody",
    ],
)  # fmt: skip
def test_what_breaks_the_rules_is_1002(data: bytes) -> None:
    assert breach(data) == 1002


def test_text_that_is_no_utf_8_is_1007() -> None:
    assert breach(framed(TEXT, b"\xc3\x28")) == 1007
    assert breach(framed(CLOSE, (1000).to_bytes(2, "big") + b"\xff")) == 1007


def test_a_message_that_is_too_big_is_1009_before_it_has_come() -> None:
    assert breach(framed(TEXT, b"x" * MAX_BYTES)) is None
    assert breach(framed(TEXT, b"x" * (MAX_BYTES + 1))[:10]) == 1009
    assert breach(bytes((0x82, 0xFF)) + (1 << 62).to_bytes(8, "big") + bytes(4)) == 1009
    assert breach(framed(TEXT, b"x" * MAX_BYTES, is_final=False) + framed(CONTINUATION, b"x")) == 1009


def test_a_message_has_no_end_of_pieces() -> None:
    pieces = [framed(TEXT, b"", is_final=False), *[framed(CONTINUATION, b"", is_final=False)] * (MAX_FRAGMENTS - 2)]
    whole = [*pieces, framed(CONTINUATION, b"end")]
    assert read(*whole, *whole) == ["end", "end"]
    assert breach(b"".join([*pieces, pieces[-1]])) == 1009


def test_nothing_is_read_after_the_end() -> None:
    said = framed(TEXT, b"before"), framed(CLOSE, (4000).to_bytes(2, "big") + b"bye"), framed(TEXT, b"after")
    assert read(*said) == read(b"".join(said)) == ["before", Close(4000)]
    assert len(read(framed(3, b""), framed(3, b""), framed(TEXT, b"after"))) == 1


def test_a_close_may_keep_its_reason_to_itself() -> None:
    assert read(framed(CLOSE, b"")) == [Close(NO_STATUS)]
    assert close_frame(NO_STATUS) == b"\x88\x00"


def test_a_reason_is_cut_where_it_stays_readable() -> None:
    whole = close_frame(4000, "é" * 100)
    assert whole[1] == len(whole) - 2 <= 125
    assert whole[4:].decode() == "é" * 61


@pytest.mark.parametrize(
    ("length", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f" + struct.pack("!Q", 65_536)),
        (200_000, b"\x81\x7f" + struct.pack("!Q", 200_000)),
    ],
)
def test_a_frame_states_its_length_as_the_standard_says(length: int, header: bytes) -> None:
    assert text_frame(b"x" * length) == header + b"x" * length
