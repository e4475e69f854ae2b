"""The event log of a room: backfills a reconnecting client, or reports a gap (docs/spec.md §3.4)."""

from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from itertools import islice
from typing import Final

import msgspec

from gameplay.engine.events import Audience
from rooms.protocol.envelope import Outgoing
from rooms.protocol.limits import LOG_RETENTION_MS
from rooms.protocol.messages import MissedEvent

MAX_ENTRIES = 1_000
MAX_BYTES = 128 * 1024


class Gap(Enum):
    """The type of `GAP`."""

    GAP = auto()


GAP: Final = Gap.GAP
"""The log's answer when it lacks some of the requested events."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A logged event. With ``actor_id`` that member is its only recipient, whatever ``audience`` says.

    ``payload`` is JSON as the engine states it. An empty ``type`` marks a jump of the numbering: nothing happened.
    """

    sequence_id: int
    at_ms: int
    type: str
    audience: Audience
    actor_id: str | None
    payload: bytes

    def missed(self) -> MissedEvent:
        """The entry as an element of ``missedEvents``."""
        return MissedEvent(self.sequence_id, self.type, msgspec.Raw(self.payload))


Visible = Callable[[Entry], bool]


def visible_to(actor_id: str | None, is_host: bool, is_player: bool) -> Visible:
    """The visibility filter of a client; a spectator has no ``actor_id`` and is neither host nor player."""

    def is_visible(entry: Entry) -> bool:
        if entry.actor_id is not None:
            return entry.actor_id == actor_id
        match entry.audience:
            case "all":
                return True
            case "host":
                return is_host
            case "players":
                return is_player
            case "actor":
                return False

    return is_visible


class _Dump(msgspec.Struct, array_like=True):
    floor: int
    entries: list[Entry]


_encode = msgspec.msgpack.Encoder().encode
_encode_payload = msgspec.json.Encoder().encode


class EventLog:
    """The logged events of one room, bounded in age, number and bytes.

    ``sequence_id`` is the room's last sequence number before the log begins.
    """

    def __init__(self, sequence_id: int = 0) -> None:
        self._first_sequence_id = sequence_id
        self._entries: deque[Entry] = deque()
        self._bytes = 0

    @property
    def sequence_id(self) -> int:
        """The room's last sequence number."""
        return self._entries[-1].sequence_id if self._entries else self._first_sequence_id

    def append(self, outgoing: Outgoing, actor_id: str | None, now_ms: int) -> None:
        """Log a message with a sequence number; ``actor_id`` is its recipient if it has only one."""
        if outgoing.sequence_id is None:
            raise ValueError(f"{outgoing.type} has no sequence number")
        payload = _encode_payload(outgoing.payload)
        self._add(Entry(outgoing.sequence_id, now_ms, outgoing.type, outgoing.broadcast, actor_id, payload))
        self.prune(now_ms)

    def jump(self, sequence_id: int, now_ms: int) -> None:
        """Skip the sequence numbers up to ``sequence_id``, as a restore does; no event has them."""
        self._add(Entry(sequence_id, now_ms, "", "all", None, b""))

    def since(self, last_seq_id: int, is_visible: Visible) -> list[Entry] | Gap:
        """Every visible event after ``last_seq_id``, oldest first; `GAP` if some are missing.

        That is when the number was never issued or is older than the log.
        """
        if last_seq_id < self._first_sequence_id:
            return GAP
        newer = self._after(last_seq_id)
        known = (
            self._first_sequence_id if len(newer) == len(self._entries) else self._entries[-len(newer) - 1].sequence_id
        )
        if known != last_seq_id:
            return GAP
        return [entry for entry in newer if entry.type and is_visible(entry)]

    def latest(self, count: int, is_visible: Visible) -> list[Entry]:
        """The last ``count`` visible events, oldest first."""
        visible = (entry for entry in reversed(self._entries) if entry.type and is_visible(entry))
        return list(islice(visible, count))[::-1]

    def prune(self, now_ms: int) -> None:
        """Drop entries beyond two minutes, `MAX_ENTRIES` or `MAX_BYTES`."""
        entries, too_old_ms = self._entries, now_ms - LOG_RETENTION_MS
        while entries and (entries[0].at_ms < too_old_ms or len(entries) > MAX_ENTRIES or self._bytes > MAX_BYTES):
            oldest = entries.popleft()
            self._first_sequence_id = oldest.sequence_id
            self._bytes -= len(oldest.payload)

    def dump(self, after: int | None = None) -> bytes:
        """Serialize the log for `load`; with ``after`` only the entries after this number."""
        if after is None or after <= self._first_sequence_id:
            return _encode(_Dump(self._first_sequence_id, list(self._entries)))
        return _encode(_Dump(after, self._after(after)))

    @classmethod
    def load(cls, data: bytes, sequence_id: int, *later: bytes) -> "EventLog":
        """Deserialize the log and cut it to a room whose last sequence number is ``sequence_id``.

        ``later`` are dumps of what followed, oldest first; they may overlap. Events newer than
        the room are dropped; a log that lacks events of the room becomes empty, since its backfill would have a gap.
        Raises msgspec's ``DecodeError``.
        """
        log = cls(-1)
        for dump in (msgspec.msgpack.decode(part, type=_Dump) for part in (data, *later)):
            if dump.floor > log.sequence_id:
                log = cls(dump.floor)
            for entry in dump.entries:
                if log.sequence_id < entry.sequence_id <= sequence_id:
                    log._add(entry)
        return log if log.sequence_id == sequence_id else cls(sequence_id)

    def _after(self, sequence_id: int) -> list[Entry]:
        newer = []
        for entry in reversed(self._entries):
            if entry.sequence_id <= sequence_id:
                break
            newer.append(entry)
        newer.reverse()
        return newer

    def _add(self, entry: Entry) -> None:
        if entry.sequence_id <= self.sequence_id:
            raise ValueError(f"{entry.sequence_id} does not follow {self.sequence_id}")
        self._entries.append(entry)
        self._bytes += len(entry.payload)
