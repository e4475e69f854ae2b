"""Message envelopes: parses client messages, encodes server messages (docs/spec.md §2.1)."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from gameplay.engine.commands import Command
from gameplay.engine.events import Audience, Event
from rooms.protocol.catalogue import CLIENT
from rooms.protocol.codecs import CODECS, Codec
from rooms.protocol.errors import Malformed, ProtocolError
from rooms.protocol.frames import text_frame
from rooms.protocol.limits import MAX_REQUEST_ID
from rooms.protocol.versions import SUPPORTED, SupportedVersions, Version, negotiate

_MAX_TYPE = 64
_NOTHING = Raw(b"{}")
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeError)


class ClientMessage(msgspec.Struct, frozen=True):
    """A message from a client, typed.

    ``actor_id`` is empty where the client gave none. ``version`` is what the client wrote, which counts in the
    handshake only, or the server's own where it was absent and may be. Whether ``room_id`` and ``actor_id`` are the
    socket's own is for the receiver to check.
    """

    type: str
    actor_id: str
    version: str
    room_id: str
    request_id: str | None
    payload: Command


class ClientEnvelope(msgspec.Struct, rename="camel"):
    """The envelope of a client message."""

    type: str
    room_id: str
    version: str | UnsetType = UNSET
    actor_id: str | None = None
    timestamp: float | None = None
    request_id: Annotated[str, Meta(max_length=MAX_REQUEST_ID)] | None = None
    payload: Raw | UnsetType = UNSET


class _Hints(msgspec.Struct, rename="camel"):
    """The fields that an ``ERROR`` refers to, read from a malformed envelope."""

    type: object = None
    request_id: object = None


_ENVELOPE = msgspec.json.Decoder(ClientEnvelope)
_HINTS = msgspec.json.Decoder(_Hints)


def parse(
    text: str | bytes, supported: SupportedVersions = SUPPORTED, codecs: Mapping[int, Codec] = CODECS
) -> ClientMessage:
    """Parse one client message; ``bytes`` are a binary frame and always malformed.

    Raises `Malformed`, `UnknownType` or `UpgradeRequired`, and nothing else.
    """
    if isinstance(text, bytes):
        raise Malformed("Messages are text, not binary.")
    try:
        head = _ENVELOPE.decode(text)
    except _UNREADABLE as error:
        raise Malformed(_reason(error), *_hints(text)) from error
    request_type = head.type if len(head.type) <= _MAX_TYPE else None
    try:
        version = _version(head, supported)
        codec = codecs[negotiate(version, supported).major]
        payload = codec.read(head.type, _NOTHING if head.payload is UNSET else head.payload)
    except ProtocolError as error:
        error.request_type, error.request_id = request_type, head.request_id
        raise
    except _UNREADABLE as error:
        raise Malformed(_reason(error), request_type, head.request_id) from error
    return ClientMessage(
        type=head.type,
        actor_id=head.actor_id or "",
        version=version,
        room_id=head.room_id,
        request_id=head.request_id,
        payload=payload,
    )


def _version(head: ClientEnvelope, supported: SupportedVersions) -> str:
    if head.version is not UNSET:
        return head.version
    row = CLIENT.get(head.type)
    if row is None or not row.bare:
        raise Malformed("The version is missing.")
    return str(supported.server)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "The message is nested too deeply."
    if isinstance(error, UnicodeError):
        return "The message is not valid Unicode."
    return f"The message cannot be read: {str(error)[:200]}."


def _hints(text: str) -> tuple[str | None, str | None]:
    try:
        hints = _HINTS.decode(text)
    except _UNREADABLE:
        return None, None
    return _short(hints.type, _MAX_TYPE), _short(hints.request_id, MAX_REQUEST_ID)


def _short(value: object, most: int) -> str | None:
    return value if isinstance(value, str) and len(value) <= most else None


class ServerEnvelope(msgspec.Struct, rename="camel", frozen=True):
    """The envelope of a server message."""

    type: str
    room_id: str
    timestamp: int
    version: str
    broadcast: Audience
    payload: Any
    sequence_id: int | UnsetType = UNSET
    state_version: int | UnsetType = UNSET
    requires_ack: bool | UnsetType = UNSET
    ack_id: str | UnsetType = UNSET


_ENCODER = msgspec.json.Encoder()
_as_text = cache(str)


class Outgoing(msgspec.Struct, eq=False):
    """A server message for any number of sockets, encoded at most once per version, as text and as a frame."""

    type: str
    payload: Event
    room_id: str
    timestamp_ms: int
    broadcast: Audience
    sequence_id: int | None = None
    state_version: int | None = None
    ack_id: str | None = None
    codecs: Mapping[int, Codec] = CODECS
    _texts: dict[Version, bytes | None] = {}
    _frames: dict[Version, bytes | None] = {}

    def text(self, version: Version) -> bytes | None:
        """The message as JSON for this version; None if the message is newer."""
        if version not in self._texts:
            self._texts[version] = self._encode(version)
        return self._texts[version]

    def frame(self, version: Version) -> bytes | None:
        """`text` as a complete WebSocket frame."""
        if version in self._frames:
            return self._frames[version]
        text = self._encode(version)
        frame = self._frames[version] = None if text is None else text_frame(text)
        return frame

    def _encode(self, version: Version) -> bytes | None:
        payload = self.codecs[version.major].write(self.type, self.payload, version)
        if payload is None:
            return None
        return _ENCODER.encode(
            ServerEnvelope(
                type=self.type,
                room_id=self.room_id,
                timestamp=self.timestamp_ms,
                version=_as_text(version),
                broadcast=self.broadcast,
                payload=payload,
                sequence_id=UNSET if self.sequence_id is None else self.sequence_id,
                state_version=UNSET if self.state_version is None else self.state_version,
                requires_ack=UNSET if self.ack_id is None else True,
                ack_id=UNSET if self.ack_id is None else self.ack_id,
            )
        )
