from hypothesis import given
from hypothesis import strategies as st

from partyflow.sockets import whole_text
from rooms.protocol.limits import MAX_MESSAGE_BYTES
from tests.support.raw_socket import BINARY, PING, TEXT, RawSocket

texts = st.one_of(st.text(), st.integers(100, 200).map("x".__mul__), st.text(min_size=200))


@given(texts)
def test_a_whole_text_frame_is_read(text: str) -> None:
    assert whole_text(RawSocket.framed(TEXT, text.encode())) == text


@given(texts, st.data())
def test_a_part_of_a_frame_or_more_than_one_is_left_alone(text: str, data: st.DataObject) -> None:
    frame = RawSocket.framed(TEXT, text.encode())
    assert whole_text(frame[: data.draw(st.integers(0, len(frame) - 1))]) is None
    assert whole_text(frame + data.draw(st.binary(min_size=1))) is None


@given(st.binary())
def test_no_bytes_are_too_strange_to_look_at(data: bytes) -> None:
    assert whole_text(data) is None or data[:1] == b"\x81"


def test_other_frames_are_left_alone() -> None:
    assert whole_text(RawSocket.framed(BINARY, b"x")) is None
    assert whole_text(RawSocket.framed(PING, b"x")) is None
    assert whole_text(RawSocket.framed(TEXT, b"x", is_final=False)) is None
    assert whole_text(b"\x81\x05hello") is None, "not masked"
    assert whole_text(RawSocket.framed(TEXT, b"\xc3\x28")) is None, "not UTF-8"


def test_the_limit_is_the_same_as_everywhere() -> None:
    assert whole_text(RawSocket.framed(TEXT, b"x" * MAX_MESSAGE_BYTES)) == "x" * MAX_MESSAGE_BYTES
    assert whole_text(RawSocket.framed(TEXT, b"x" * (MAX_MESSAGE_BYTES + 1))) is None
