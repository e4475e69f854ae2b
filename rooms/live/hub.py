"""Connections of one room: lookup by actor, broadcast by role, ACK retries, idle detection."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from gameplay.engine.events import Audience
from gameplay.engine.projections import Role
from rooms.live.connection import Connection
from rooms.protocol.envelope import Outgoing
from rooms.protocol.limits import PING_TIMEOUT_MS
from rooms.telemetry.counters import counters

GROUP_OF_ROLE: dict[Role, str | None] = {"host": "host", "player": "players", "spectator": None}


class GroupLayer(Protocol):
    """Channel groups with synchronous delivery (`partyflow.channel_layer`)."""

    def attach(self, channel: str, deliver: Callable[[Any], object]) -> None:
        """Open ``channel``: messages to its groups are passed to ``deliver``."""

    def detach(self, channel: str) -> None:
        """Close ``channel`` and remove it from its groups."""

    def join(self, group: str, channel: str) -> None:
        """Add ``channel`` to ``group``."""

    def leave(self, group: str, channel: str) -> None:
        """Remove ``channel`` from ``group``."""

    def broadcast(self, group: str, message: object) -> None:
        """Deliver ``message`` to the channels in ``group``."""


class Hub:
    """The connections of one room, at most one per actor.

    Each joins the channel group ``room.<CODE>.all`` and, by its role, ``room.<CODE>.host`` or ``room.<CODE>.players``.
    """

    def __init__(self, code: str, layer: GroupLayer) -> None:
        self._layer = layer
        self._prefix = f"room.{code}."
        self._all_group = f"{self._prefix}all"
        self._by_actor: dict[str, Connection] = {}
        self._unacknowledged: dict[str, Connection] = {}
        self._idle_check_ms: int | None = None

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._by_actor.values()))

    def __len__(self) -> int:
        return len(self._by_actor)

    def get(self, actor_id: str | None) -> Connection | None:
        """The connection of this actor; None if there is none."""
        return None if actor_id is None else self._by_actor.get(actor_id)

    def add(self, connection: Connection, role: Role) -> None:
        """Register a bound connection, whose actor has no other, and subscribe it to the groups of its role."""
        self._by_actor[connection.actor_id] = connection
        self._layer.attach(connection.channel, connection.send)
        self._layer.join(self._all_group, connection.channel)
        self._join_group(connection, role)
        if not connection.has_keepalive and self._idle_check_ms is None:
            self._idle_check_ms = connection.last_received_ms + PING_TIMEOUT_MS

    def remove(self, connection: Connection) -> None:
        """Unregister a connection; closing it is up to the caller."""
        if self._by_actor.get(connection.actor_id) is connection:
            del self._by_actor[connection.actor_id]
        self._layer.detach(connection.channel)
        self._unacknowledged.pop(connection.channel, None)

    def change_role(self, connection: Connection, role: Role) -> None:
        """Move a connection to the group of its new role."""
        if role == connection.role:
            return
        old = GROUP_OF_ROLE[connection.role]
        if old is not None:
            self._layer.leave(self._prefix + old, connection.channel)
        self._join_group(connection, role)

    def send(self, outgoing: Outgoing, actor_id: str | None, now_ms: int) -> None:
        """Send to ``actor_id`` alone, or broadcast to the audience ``outgoing.broadcast``, and expect its ACKs."""
        if actor_id is not None:
            connection = self._by_actor.get(actor_id)
            if connection is not None:
                connection.send(outgoing)
        else:
            self._layer.broadcast(self._prefix + outgoing.broadcast, outgoing)
        if outgoing.ack_id is not None:
            self._await_acks(outgoing, outgoing.ack_id, actor_id, now_ms)

    def acknowledge(self, connection: Connection, ack_id: str, now_ms: int) -> bool:
        """Register an ACK; True if the connection was degraded and has recovered."""
        round_trip_ms = connection.acks.round_trip_ms(ack_id, now_ms)
        if round_trip_ms is not None:
            connection.round_trip_ms = round_trip_ms
            counters.round_trip.observe(round_trip_ms / 1000)
        recovered = connection.acks.received(ack_id)
        if connection.acks.next_deadline_ms() is None:
            self._unacknowledged.pop(connection.channel, None)
        return recovered

    def resend_overdue(self, now_ms: int) -> list[Connection]:
        """Resend what was not acknowledged in time; returns the connections that have just become degraded."""
        degraded = []
        for connection in tuple(self._unacknowledged.values()):
            again, became_degraded = connection.acks.due(now_ms)
            counters.acks_resent += len(again)
            for outgoing in again:
                connection.send(outgoing)
            if became_degraded:
                counters.acks_given_up += 1
                degraded.append(connection)
            if connection.acks.next_deadline_ms() is None:
                self._unacknowledged.pop(connection.channel, None)
        return degraded

    def idle(self, now_ms: int) -> list[Connection]:
        """Connections silent for 20 s (docs/spec.md §3.3), among those whose transport has no keepalive."""
        if self._idle_check_ms is None or now_ms < self._idle_check_ms:
            return []
        watched = [connection for connection in self if not connection.has_keepalive]
        idle = [connection for connection in watched if now_ms - connection.last_received_ms >= PING_TIMEOUT_MS]
        active_ms = [connection.last_received_ms for connection in watched if connection not in idle]
        self._idle_check_ms = min(active_ms) + PING_TIMEOUT_MS if active_ms else None
        return idle

    def next_deadline_ms(self) -> int | None:
        """When `resend_overdue` or `idle` is due next."""
        if not self._unacknowledged:
            return self._idle_check_ms
        deadlines = [connection.acks.next_deadline_ms() for connection in self._unacknowledged.values()]
        return min((at for at in (*deadlines, self._idle_check_ms) if at is not None), default=None)

    def _join_group(self, connection: Connection, role: Role) -> None:
        connection.role = role
        group = GROUP_OF_ROLE[role]
        if group is not None:
            self._layer.join(self._prefix + group, connection.channel)

    def _await_acks(self, outgoing: Outgoing, ack_id: str, actor_id: str | None, now_ms: int) -> None:
        for connection in self:
            if connection.actor_id == actor_id or (actor_id is None and _is_addressed(connection, outgoing.broadcast)):
                connection.acks.sent(ack_id, outgoing, now_ms)
                self._unacknowledged[connection.channel] = connection


def _is_addressed(connection: Connection, audience: Audience) -> bool:
    return audience == "all" or GROUP_OF_ROLE[connection.role] == audience
