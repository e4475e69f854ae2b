"""Payload codecs of the protocol's major versions. A new major adds an entry to `CODECS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from gameplay.engine.commands import Command
from gameplay.engine.events import Event
from gameplay.engine.projections import FinalView, GameState
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
    elif reasons := _older_reasons(type_, version):
        event = _with_older_reason(event, reasons)
    return _without(_ENCODER.encode(event), newer) if newer else event


def _with_older_parts(event: Connected | Reconnected | StateSnapshot, version: Version) -> Event:
    if isinstance(event, Reconnected) and event.missed_events is not None:
        missed = tuple(kept for old in event.missed_events if (kept := _missed_1(old, version)) is not None)
        event = msgspec.structs.replace(event, missed_events=missed)
    return msgspec.structs.replace(event, game_state=_older_state(event.game_state, version))


def _older_state(state: GameState, version: Version) -> GameState:
    """The state without fields that are newer than ``version``; all of them may be absent."""
    final = state.final
    if final is not UNSET:
        final = msgspec.structs.replace(final, **_unset(FinalView, version))
    return msgspec.structs.replace(state, **{"final": final, **_unset(GameState, version)})


@cache
def _unset(view: type[FinalView] | type[GameState], version: Version) -> Mapping[str, UnsetType]:
    """The attributes of ``view`` that are newer than ``version``, each unset."""
    names = dict(zip(view.__struct_encode_fields__, view.__struct_fields__, strict=True))
    return {names[name]: UNSET for name, since in view.ADDED.items() if version < Version.parse(since)}


def _missed_1(missed: MissedEvent, version: Version) -> MissedEvent | None:
    newer = _newer_fields(missed.type, version)
    if newer is None:
        return None
    payload = missed.payload
    if reasons := _older_reasons(missed.type, version):
        fields = msgspec.json.decode(payload, type=dict[str, Any])
        payload = msgspec.Raw(_ENCODER.encode({**fields, "reason": reasons.get(fields["reason"], fields["reason"])}))
    return msgspec.structs.replace(missed, payload=_without(payload, newer) if newer else payload)


def _with_older_reason(event: Any, reasons: Mapping[str, str]) -> Event:
    older: Event = msgspec.structs.replace(event, reason=reasons.get(event.reason, event.reason))
    return older


@cache
def _older_reasons(type_: str, version: Version) -> Mapping[str, str]:
    """The values of ``reason`` that are newer than ``version``, with what it gets instead."""
    rows = SERVER[type_].added_reasons.items()
    return {reason: older for reason, (since, older) in rows if version < since}


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
