"""What an edge and an owner say to each other: parcels of many small things, in order.

``number`` counts what was said about a socket in this direction, from 1 on; a hello is not counted. ``said`` is the
text of a message, None for one that is binary: whatever is in it, it is never right.
"""

import msgspec

UP = "relay.up"
DOWN = "relay.down"


class Hello(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Edge: a client wants into a room of yours; `said` is its greeting.

    ``cookie`` is the host's secret as the browser sent it. ``wait_s`` is set if its address has asked for too much.
    """

    socket: int
    code: str
    origin: str
    address: str
    cookie: str | None
    has_keepalive: bool
    wait_s: int | None
    said: str | None


class Said(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Edge: the client says."""

    socket: int
    number: int
    said: str | None


class Gone(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Edge: the socket has ended."""

    socket: int


class Roll(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """Edge: these are my sockets in your rooms, and so much was said by each. The owner answers with a `Roll` of its
    own: those of them that it knows, and how much it has told each.
    """

    numbers: dict[int, int]


class Told(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """Owner: a message as JSON, for each of these sockets; ``to`` are pairs of socket and number."""

    text: bytes
    to: list[tuple[int, int]]


class Ended(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """Owner: close the socket with this code. ``number`` is 0 if nothing is known of the socket."""

    socket: int
    number: int
    code: int


class TakeOver(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """Owner: nobody else is in the room; it is nobody's now, take it yourself."""

    socket: int


Upward = Hello | Said | Gone | Roll
Downward = Told | Ended | TakeOver | Roll
Parcel = list[Upward | Downward]

pack = msgspec.msgpack.Encoder().encode
unpack_up = msgspec.msgpack.Decoder(list[Upward]).decode
unpack_down = msgspec.msgpack.Decoder(list[Downward]).decode
