"""Relay messages between edge and owner; each direction is sequence-numbered per socket.

The edge is the worker with the socket, the owner the worker with the room. ``number`` starts at 1 for each socket and
direction; an `Open` has none. ``text`` is a client's message, None for a binary one, which is malformed.
"""

import msgspec

UP = "relay.up"
DOWN = "relay.down"


class Open(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Edge: opens a client's session in a room of the owner; ``text`` is its first message.

    ``cookie`` is the host's secret from the browser's cookie. ``wait_s`` is set if the client is rate-limited.
    """

    socket: int
    code: str
    origin: str
    address: str
    cookie: str | None
    has_keepalive: bool
    wait_s: int | None
    text: str | None


class Inbound(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Edge: a message from the client."""

    socket: int
    number: int
    text: str | None


class Closed(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Edge: the socket is closed."""

    socket: int


class Checkpoint(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """Both: the last ``number`` sent for each socket. The edge asks, the owner answers for the sockets it knows."""

    numbers: dict[int, int]


class Outbound(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """Owner: a message as JSON for several sockets; ``to`` are pairs of socket and number."""

    text: bytes
    to: list[tuple[int, int]]


class Close(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """Owner: close the socket with this code. ``number`` is 0 for an unknown socket."""

    socket: int
    number: int
    code: int


class TakeOver(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """Owner: the room was released because only this socket is in it; the edge may claim it."""

    socket: int


Upward = Open | Inbound | Closed | Checkpoint
Downward = Outbound | Close | TakeOver | Checkpoint

pack = msgspec.msgpack.Encoder().encode
unpack_up = msgspec.msgpack.Decoder(list[Upward]).decode
unpack_down = msgspec.msgpack.Decoder(list[Downward]).decode
