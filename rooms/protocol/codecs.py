"""Payload codecs of the protocol's major versions. A new major adds an entry to `CODECS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UNSET

from gameplay.engine.commands import Command
from gameplay.engine.events import Event
from gameplay.engine.projections import FinalView
from rooms.protocol.catalogue import CLIENT, SERVER
from rooms.protocol.errors import UnknownType
from rooms.protocol.messages import Connected, MissedEvent, Reconnected, StateSnapshot
from rooms.protocol.versions import Version

Written = Event | msgspec.Raw | None


@dataclass(frozen=True, slots=True)
class Codec:
    """Decoder and encoder of one major version's payloads.

    ``read(type, payload)`` returns the command; raises `UnknownType` and msgspec's errors. ``write(type, event,
    version)`` returns the encodable payload for a minor version, None if the message is newer.
    """

    read: Callable[[str, msgspec.Raw], Command]
    write: Callable[[str, Event, Version], Written]


_DECODERS: dict[str, msgspec.json.Decoder[Command]] = {
    type_: msgspec.json.Decoder(row.payload) for type_, row in CLIENT.items()
}
_ENCODER = msgspec.json.Encoder()
_NESTING = (Connected, Reconnected, StateSnapshot)
"""Messages that contain other messages or the game state."""
_RESULT_ID_SINCE = Version.parse(FinalView.ADDED["resultId"])


def read_1(type_: str, payload: msgspec.Raw) -> Command:
    """Decode the payload of a 1.x client message."""
    decoder = _DECODERS.get(type_)
    if decoder is None:
        raise UnknownType(type_, None)
    return decoder.decode(payload)


def write_1(type_: str, event: Event, version: Version) -> Written:
    """Encode a payload for 1.x, without message types and fields newer than ``version``."""
    newer = _newer_fields(type_, version)
    if newer is None:
        return None
    if isinstance(event, _NESTING):
        event = _with_older_parts(event, version)
    return _without(_ENCODER.encode(event), newer) if newer else event


def _with_older_parts(event: Connected | Reconnected | StateSnapshot, version: Version) -> Event:
    if isinstance(event, Reconnected) and event.missed_events is not None:
        missed = tuple(kept for old in event.missed_events if (kept := _missed_1(old, version)) is not None)
        event = msgspec.structs.replace(event, missed_events=missed)
    return _with_older_state(event) if version < _RESULT_ID_SINCE else event


def _with_older_state(event: Connected | Reconnected | StateSnapshot) -> Event:
    """``gameState.final.resultId`` is unknown to 1.0."""
    final = event.game_state.final
    if final is UNSET:
        return event
    state = msgspec.structs.replace(event.game_state, final=msgspec.structs.replace(final, result_id=UNSET))
    return msgspec.structs.replace(event, game_state=state)


def _missed_1(missed: MissedEvent, version: Version) -> MissedEvent | None:
    newer = _newer_fields(missed.type, version)
    if newer is None:
        return None
    return msgspec.structs.replace(missed, payload=_without(missed.payload, newer)) if newer else missed


@cache
def _newer_fields(type_: str, version: Version) -> tuple[str, ...] | None:
    """The fields of a message that are newer than ``version``; None if the message itself is."""
    row = SERVER[type_]
    return None if version < row.since else tuple(name for name, since in row.added.items() if version < since)


def _without(payload: bytes | msgspec.Raw, names: tuple[str, ...]) -> msgspec.Raw:
    fields: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    for name in names:
        fields.pop(name, None)
    return msgspec.Raw(_ENCODER.encode(fields))


CODECS: Mapping[int, Codec] = MappingProxyType({1: Codec(read_1, write_1)})
