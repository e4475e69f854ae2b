"""A live room: applies commands one after another, publishes the events and keeps the room's timer (docs/spec.md §1.3).

Nothing here awaits: each command runs to its end before the next one begins, so that no lock is needed.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Any, Literal, Protocol

import msgspec

from gameplay.engine import commands, events, game
from gameplay.engine.commands import Command
from gameplay.engine.events import Audience, Emission, Event
from gameplay.engine.model import Room, Settings
from gameplay.engine.projections import GameState, Role
from gameplay.models import GameResult
from gameplay.results.results import build_result, report_word
from rooms import clock
from rooms.live.claims import Claims
from rooms.live.connection import Connection
from rooms.live.hub import GroupLayer, Hub
from rooms.live.state_sync import VersionHistory
from rooms.live.timer_wheel import TimerWheel
from rooms.protocol.acks import ack_id
from rooms.protocol.catalogue import SERVER
from rooms.protocol.envelope import Outgoing
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.protocol.eventlog import Entry, EventLog, Visible, visible_to
from rooms.protocol.messages import StateSnapshot
from rooms.public_urls import join_url, site_url
from rooms.storage.room_summary import RoomSummary, summarize
from rooms.storage.store import Store
from rooms.storage.write_behind import SaveState
from rooms.telemetry.counters import counters
from rooms.telemetry.log_context import RoomSubject, log_context_for

logger = logging.getLogger(__name__)

NORMAL_CLOSE = 1000
RETRY_UNVERIFIED_S = 0.05
"""Delay before a timer or a disconnect is tried again while the worker has to verify that it owns its rooms."""
RETRY_FAILED_S = 1.0
"""Delay before the timer is tried again after it has raised."""


class Game(Protocol):
    """The functions that a game consists of; live rooms and the storage use nothing else of it."""

    def create(self, code: str, host_name: str, host_session: str, settings: Settings, seed: int, now_ms: int) -> Room:
        """A new room."""

    def apply(self, room: Room, actor_id: str, command: Command, now_ms: int, library: game.Library) -> list[Emission]:
        """Apply a command; raises `GameError` and then has changed nothing."""

    def advance(self, room: Room, now_ms: int, library: game.Library) -> list[Emission]:
        """Let every deadline up to ``now_ms`` pass."""

    def next_deadline_ms(self, room: Room) -> int | None:
        """The time of the next deadline, None without one."""

    def game_state(self, room: Room, actor_id: str | None, now_ms: int) -> GameState:
        """The state that a member (None: a spectator) may see."""

    def dump_state(self, room: Room) -> bytes:
        """The room without its deck, for `load`."""

    def dump_deck(self, room: Room) -> bytes:
        """The room's deck, for `load`."""

    def load(self, state: bytes, deck: bytes | None) -> Room:
        """The room from what `dump_state` and `dump_deck` wrote."""


GAME: Game = game
"""The game that rooms play."""


class RoomHost(Protocol):
    """The worker of a live room, as far as the room needs it."""

    layer: GroupLayer
    store: Store
    timers: TimerWheel

    def library(self) -> game.Library:
        """The word library."""

    def changed(self, live: "LiveRoom") -> None:
        """Schedule the room to be saved."""

    def closed(self, live: "LiveRoom") -> None:
        """Delete a closed room from memory and from Redis."""

    def game_ended(self, result: GameResult) -> None:
        """Save the result of a game."""

    def must_verify(self) -> bool:
        """Whether the worker may have lost its rooms, so that nothing may change in them before `verify_ownership`."""

    async def verify_ownership(self) -> None:
        """Check who owns the rooms, and drop those that another worker has taken over."""

    def spawn(self, work: Coroutine[Any, Any, object], what: str) -> None:
        """Run ``work`` in the background; a failure is logged under the name ``what``."""


class LiveRoom:
    """A room in the memory of one process, with its connections, event log and timer.

    **Time.** The engine has no timers. It keeps deadlines in the room, and time passes when `advance` asks it for what
    is due. So that this happens by itself, the room has one timer: `arm` sets it to the earliest deadline of the engine
    (the next tick, the end of a pause, ...) and of the hub (ACK retries, idle checks), and ``_timer_ms`` is that
    deadline. Whatever changes the room ends in `publish`, which calls `arm`; so nothing is due before ``_timer_ms``,
    and `advance`, which comes before each command, is a single comparison until then.

    ``_timer_ms`` is None while there is no deadline, and from the moment the timer fires (`wake`) until the next `arm`:
    `advance` then asks the engine. It stays None during a retry, for a timer that was not set to a deadline must not
    keep commands from advancing the room.
    """

    def __init__(self, room: Room, log: EventLog, save_state: SaveState, node: RoomHost) -> None:
        self.room = room
        self.code = room.code
        self.log = log
        self.save_state = save_state
        self.node = node
        self.hub = Hub(room.code, node.layer)
        self.claims = Claims()
        self.versions = VersionHistory(room.state_version)
        self.empty_since_ms = self.active_at_ms = clock.now_ms()
        self.is_stopped = False
        self._departed: list[str] = []
        self._timer: int | None = None
        self._timer_ms: int | None = None
        self._log_context = log_context_for(RoomSubject(room.code))

    # Commands and time

    def execute(self, actor_id: str, command: Command) -> None:
        """Apply a command and publish its events. Raises `GameError`; the command has then changed nothing."""
        began_s = perf_counter()
        self.publish(self.apply(actor_id, command))
        counters.transition.observe(perf_counter() - began_s)

    def apply(self, actor_id: str, *to_apply: Command) -> list[Emission]:
        """Apply commands and return their events, which the caller has to `publish` without awaiting in between.

        Raises `GameError`.
        """
        self.advance()
        now_ms, library = clock.now_ms(), self.node.library()
        self.active_at_ms = now_ms
        emissions = []
        for command in to_apply:
            emissions += GAME.apply(self.room, actor_id, command, now_ms, library)
        self.node.changed(self)
        return emissions

    def advance(self) -> None:
        """Apply and publish what is due by now."""
        now_ms = clock.now_ms()
        if self._timer_ms is not None and now_ms < self._timer_ms:
            return
        emissions = GAME.advance(self.room, now_ms, self.node.library())
        if emissions:
            self.publish(emissions)
            if len(emissions) > 1 or type(emissions[0].event) is not events.TimerTick:
                self.node.changed(self)

    def on_timer(self) -> None:
        """Called by the timer wheel."""
        self._timer = None
        self._log_context.run(self.wake)

    def wake(self) -> None:
        """Apply what is due, in the engine and in the hub, and set the timer again."""
        self._timer_ms = None
        if self.node.must_verify():
            self._set_timer(RETRY_UNVERIFIED_S)
            return
        try:
            self._check_connections()
            self.advance()
        except Exception:
            logger.exception("Room %s: timer failed", self.code)
            self._set_timer(RETRY_FAILED_S)
        else:
            if self._timer_ms is None:
                self.arm()

    def arm(self) -> None:
        """Set the timer to the earliest deadline."""
        if self.is_stopped:
            return
        at_ms, hub_ms = GAME.next_deadline_ms(self.room), self.hub.next_deadline_ms()
        if at_ms is None or (hub_ms is not None and hub_ms < at_ms):
            at_ms = hub_ms
        if at_ms is not None and at_ms == self._timer_ms:
            return
        self._cancel_timer()
        self._timer_ms = at_ms
        if at_ms is not None:
            self._set_timer(max(0, at_ms - clock.now_ms()) / 1000)

    def stop(self) -> None:
        """Stop the timer; the room is closed or leaves this worker, and accepts no more commands."""
        self.is_stopped = True
        self.claims.close_all(self)
        self._cancel_timer()
        self._timer_ms = None

    def resume(self) -> None:
        """Undo `stop`: the room stays at this worker."""
        self.is_stopped = False
        self.arm()

    # Events

    def publish(self, emissions: list[Emission]) -> None:
        """Send events to their audiences, with their side effects, and set the timer."""
        now_ms = clock.now_ms()
        for emission in emissions:
            side_effect = _SIDE_EFFECTS.get(type(emission.event))
            if side_effect is not None:
                side_effect(self, emission)
            else:
                self._send(emission, now_ms)
        self.versions.record(self.room.state_version, now_ms)
        if self.claims:
            self.claims.check(self)
        while self._departed:
            self._mark_disconnected(self._departed.pop())
        self.arm()

    def notify(self, event: Event, audience: Audience, actor_id: str | None = None) -> None:
        """Send an event that does not come from the engine; it is numbered and logged like the others."""
        self.room.sequence_id += 1
        emission = Emission(event, audience, actor_id, self.room.sequence_id, self.room.state_version)
        self.node.changed(self)
        self._send(emission, clock.now_ms())

    def game_state_for(self, connection: Connection) -> GameState:
        """The room as this connection's actor may see it."""
        return GAME.game_state(self.room, connection.actor_id, clock.now_ms())

    def send_snapshot(self, connection: Connection) -> None:
        """Send the whole visible state, which replaces the client's."""
        connection.reply(StateSnapshot(game_state=self.game_state_for(connection)))

    def visible_to(self, actor_id: str) -> Visible:
        """A filter of logged events for this actor; words are visible only to the current word holder."""
        role = self.role_of(actor_id)
        may_see = visible_to(actor_id, is_host=role == "host", is_player=role == "player")
        playing = self.room.round
        holder_id = playing.holder_id if playing is not None else self.room.host_id

        def is_visible(entry: Entry) -> bool:
            return may_see(entry) and (entry.type != events.WordRevealed.TYPE or actor_id == holder_id)

        return is_visible

    def _send(self, emission: Emission, now_ms: int) -> None:
        event = emission.event
        outgoing = Outgoing(
            event.TYPE,
            event,
            self.code,
            now_ms,
            emission.audience,
            emission.sequence_id,
            emission.state_version,
            ack_id(event.TYPE, emission.sequence_id) if event.NEEDS_ACK and emission.sequence_id else None,
        )
        if emission.sequence_id is not None:
            self.log.append(outgoing, emission.actor_id, now_ms)
        self.hub.send(outgoing, emission.actor_id, now_ms)
        row = SERVER[event.TYPE]
        if row.older_get_snapshot:
            for connection in self.hub:
                if connection.version < row.since:
                    self.send_snapshot(connection)

    # Side effects of events

    def _on_room_created(self, emission: Emission) -> None:
        host = self.hub.get(self.room.host_id)
        url = join_url(host.origin if host is not None else site_url(), self.code)
        event = msgspec.structs.replace(emission.event, qr_code_url=url)
        self._send(msgspec.structs.replace(emission, event=event), clock.now_ms())

    def _on_player_joined(self, emission: Emission) -> None:
        event = emission.event
        assert isinstance(event, events.PlayerJoined)  # noqa: S101 (narrows the type)
        connection = self.hub.get(event.player_id)
        if connection is not None:
            # Somebody who looked on until a seat was free.
            self.hub.change_role(connection, self.role_of(event.player_id))
        self._send(emission, clock.now_ms())

    def _on_resync(self, emission: Emission) -> None:
        for connection in self.hub:
            if emission.audience == "all" or connection.actor_id == emission.actor_id:
                self.send_snapshot(connection)

    def _on_word_reported(self, emission: Emission) -> None:
        event = emission.event
        assert isinstance(event, events.WordReported)  # noqa: S101 (narrows the type)
        self.node.spawn(report_word(event.ref, event.reason, self.code), "a report about a word")

    def _on_removed(self, emission: Emission) -> None:
        event = emission.event
        assert isinstance(event, events.Removed)  # noqa: S101 (narrows the type)
        connection = self.hub.get(event.player_id)
        if connection is None:
            return
        if event.reason == "kicked":
            connection.close_with_error(ErrorCode.KICKED, "The host has removed you from the room.", CloseCode.KICKED)
        else:
            connection.close(NORMAL_CLOSE)
        self._remove(connection)
        self._departed.append(event.player_id)

    def _on_host_changed(self, emission: Emission) -> None:
        self._send(emission, clock.now_ms())
        for connection in self.hub:
            self.hub.change_role(connection, self.role_of(connection.actor_id))

    def _on_game_ended(self, emission: Emission) -> None:
        self._send(emission, clock.now_ms())
        counters.games_ended += 1
        self.node.game_ended(build_result(self.room))

    def _on_room_closed(self, emission: Emission) -> None:
        self._send(emission, clock.now_ms())
        for connection in self.hub:
            connection.close(CloseCode.ROOM_CLOSED)
            self.hub.remove(connection)
        self.stop()
        self.node.closed(self)

    # Connections

    def role_of(self, actor_id: str) -> Role:
        """The role of this actor; a member without a seat is a spectator."""
        if actor_id == self.room.host_id:
            return "host"
        member = self.room.members.get(actor_id)
        return "player" if member is not None and member.seated else "spectator"

    def bind(self, connection: Connection, actor_id: str, secret: str) -> None:
        """Make ``connection`` this actor's; an older one of the same actor is closed with 4409."""
        self.close_replaced(actor_id)
        connection.actor_id, connection.secret = actor_id, secret
        self.hub.add(connection, self.role_of(actor_id))

    def close_replaced(self, actor_id: str) -> None:
        """Close the actor's connection, if there is one, because the session is in use elsewhere."""
        older = self.hub.get(actor_id)
        if older is not None:
            self.hub.remove(older)
            older.close_with_error(
                ErrorCode.SESSION_REPLACED, "The game was opened on another device.", CloseCode.OPENED_ELSEWHERE
            )

    def revoke_session(self, actor_id: str) -> None:
        """Disconnect the actor, whose session secret has been replaced."""
        self.close_replaced(actor_id)
        self._mark_disconnected(actor_id)

    def disconnect(self, connection: Connection) -> None:
        """Remove a connection that has ended, and mark its actor as disconnected."""
        if self.node.must_verify() and not self.is_stopped:
            asyncio.get_running_loop().call_later(RETRY_UNVERIFIED_S, self.disconnect, connection)
        elif self.hub.get(connection.actor_id) is connection:
            self._remove(connection)
            self._mark_disconnected(connection.actor_id)

    def close_all(self, close: CloseCode) -> None:
        """Close all connections with ``close``."""
        for connection in self.hub:
            self.hub.remove(connection)
            connection.close(close)

    def summary(self, worker: str = "") -> RoomSummary:
        """The room's entry in lists and on public pages; ``worker`` is the worker that writes it."""
        return summarize(self.room, self.active_at_ms, worker)

    def notify_connection_quality(self, connection: Connection, status: Literal["degraded", "connected"]) -> None:
        """Notify the host and the actor of this connection that it is degraded, or well again."""
        if connection.actor_id not in self.room.members:
            return
        event = events.PlayerConnection(player_id=connection.actor_id, status=status)
        if connection.actor_id != self.room.host_id:
            self.notify(event, "actor", connection.actor_id)
        self.notify(event, "host", self.room.host_id)

    def _remove(self, connection: Connection) -> None:
        self.hub.remove(connection)
        if not self.hub:
            self.empty_since_ms = clock.now_ms()

    def _mark_disconnected(self, actor_id: str) -> None:
        if not self.is_stopped and actor_id in self.room.members:
            self.execute(actor_id, commands.Disconnected())

    def _check_connections(self) -> None:
        due_ms = self.hub.next_deadline_ms()
        if due_ms is None or (now_ms := clock.now_ms()) < due_ms:
            return
        for connection in self.hub.resend_overdue(now_ms):
            self.notify_connection_quality(connection, "degraded")
        for connection in self.hub.idle(now_ms):
            connection.close(CloseCode.RESTARTING)
            self.disconnect(connection)

    def _set_timer(self, delay_s: float) -> None:
        self._cancel_timer()
        self._timer = self.node.timers.schedule(self, delay_s)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self.node.timers.cancel(self, self._timer)
            self._timer = None


_SIDE_EFFECTS: dict[type[Event], Callable[[LiveRoom, Emission], None]] = {
    events.RoomCreated: LiveRoom._on_room_created,
    events.PlayerJoined: LiveRoom._on_player_joined,
    events.Resync: LiveRoom._on_resync,
    events.WordReported: LiveRoom._on_word_reported,
    events.Removed: LiveRoom._on_removed,
    events.HostChanged: LiveRoom._on_host_changed,
    events.GameEnded: LiveRoom._on_game_ended,
    events.RoomClosed: LiveRoom._on_room_closed,
}
