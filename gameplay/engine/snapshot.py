"""Serialisation of a room. The deck is saved apart, because it is large and changes once a game."""

import msgspec

from gameplay.engine import members
from gameplay.engine.model import Deck, Room

SCHEMA = 1
VERSION_JUMP = 1000
NO_DECK = Deck()


class SnapshotRefused(Exception):
    """The bytes are not a snapshot, or have a schema that this version cannot read."""


class _Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    schema: int
    room: Room


class _Header(msgspec.Struct, frozen=True):
    schema: int


_encode = msgspec.msgpack.Encoder().encode
_decode_room = msgspec.msgpack.Decoder(_Snapshot).decode
_decode_header = msgspec.msgpack.Decoder(_Header).decode
_decode_deck = msgspec.msgpack.Decoder(Deck).decode


def dump_state(room: Room) -> bytes:
    """Serialise the room without its deck."""
    deck = room.deck
    room.deck = NO_DECK  # restored below: copying the room would double the cost
    try:
        return _encode(_Snapshot(SCHEMA, room))
    finally:
        room.deck = deck


def dump_deck(room: Room) -> bytes:
    """Serialise the room's deck; needed when ``room.deck.serial`` has changed."""
    return _encode(room.deck)


def load(state: bytes, deck: bytes | None) -> Room:
    """Deserialise what `dump_state` and `dump_deck` have written. Raises `SnapshotRefused`."""
    try:
        schema = _decode_header(state).schema
        if schema != SCHEMA:
            raise SnapshotRefused(f"This snapshot has schema {schema}; this version reads {SCHEMA}.")
        room = _decode_room(state).room
        room.deck = NO_DECK if deck is None else _decode_deck(deck)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SnapshotRefused(f"This is no snapshot of a room: {error}.") from error
    return room


def resume(room: Room, frozen_at_ms: int, now_ms: int) -> None:
    """Resume a restored room at ``now_ms`` as if no time had passed since ``frozen_at_ms``.

    Every member counts as away from ``now_ms``. Both counters jump by `VERSION_JUMP`, so that no number that a client
    may have seen is used again (docs/spec.md §4.2). ``frozen_at_ms`` may be later than ``now_ms``.
    """
    gap_ms = now_ms - frozen_at_ms
    room.state_version += VERSION_JUMP
    room.sequence_id += VERSION_JUMP
    for member in room.members.values():
        if member.connected:
            members.note_clock(room, member, frozen_at_ms)
        member.connected = False
        member.away_since_ms = now_ms
        member.connection_state = "ok"
    if room.countdown_at_ms is not None:
        room.countdown_at_ms += gap_ms
    if room.review_until_ms is not None:
        room.review_until_ms += gap_ms
    if room.game_started_at_ms is not None:
        room.game_started_at_ms += gap_ms
    if room.round is not None and room.round.ends_at_ms is not None:
        room.round.ends_at_ms += gap_ms
