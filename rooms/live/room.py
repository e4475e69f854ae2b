"""One live room: it carries out one command after another, tells everybody what came of it, and minds the time (§1.3).

Nothing here awaits: a command has run to its end before the next one begins, which is all the locking there is.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Any, Literal, Protocol

import msgspec
from django.conf import settings

from gameplay.engine import commands, events, game
from gameplay.engine.commands import Command
from gameplay.engine.events import Audience, Emission, Event
from gameplay.engine.model import MAX_PLAYERS, Room
from gameplay.engine.projections import GameState, Role, game_state
from gameplay.engine.states import RoomState
from gameplay.results.results import report_word, save_result
from rooms import clock
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
from rooms.public_urls import join_url
from rooms.storage.store import RoomSummary, Store
from rooms.storage.write_behind import SaveState
from rooms.telemetry.counters import counters
from rooms.telemetry.log_context import RoomSubject, log_context_for

logger = logging.getLogger(__name__)

NORMAL_CLOSE = 1000
WHILE_IN_DOUBT_S = 0.05
AFTER_FAULT_S = 1.0
"""How long to wait before time goes on in a room whose clock has raised."""


class Keeper(Protocol):
    """The worker that a room lives in."""

    layer: GroupLayer
    store: Store
    timers: TimerWheel

    def library(self) -> game.Library:
        """The words."""

    def changed(self, live: "LiveRoom") -> None:
        """Have the room written soon."""

    def closed(self, live: "LiveRoom") -> None:
        """Forget the room everywhere."""

    def is_in_doubt(self) -> bool:
        """Whether the rooms may be another worker's by now, and nothing may happen in them before that is known."""

    async def make_sure(self) -> None:
        """Let go of the rooms that are another worker's; afterwards there is no doubt."""

    def spawn(self, work: Coroutine[Any, Any, object], what: str) -> None:
        """Have something done beside the room; failures are logged as ``what``."""


class LiveRoom:
    """A room in memory. It lives in one process, on its event loop."""

    def __init__(self, room: Room, log: EventLog, save_state: SaveState, keeper: Keeper) -> None:
        self.room = room
        self.code = room.code
        self.log = log
        self.save_state = save_state
        self.keeper = keeper
        self.hub = Hub(room.code, keeper.layer)
        self.versions = VersionHistory(room.state_version)
        self.empty_since_ms = self.active_at_ms = clock.now_ms()
        self.is_stopped = False
        self._departed: list[str] = []
        self._timer: int | None = None
        self._timer_ms: int | None = None
        self._log_context = log_context_for(RoomSubject(room.code))

    # Commands and time

    def command(self, actor_id: str, command: Command) -> None:
        """Carry a command out and tell everybody. Raises `GameError` and then has changed nothing."""
        began_s = perf_counter()
        self.announce(self.carry_out(actor_id, command))
        counters.transition.observe(perf_counter() - began_s)

    def carry_out(self, actor_id: str, *orders: Command) -> list[Emission]:
        """Carry commands out; what came of them is for the caller to `announce` at once. Raises `GameError`."""
        self.advance()
        now_ms, library = clock.now_ms(), self.keeper.library()
        self.active_at_ms = now_ms
        emissions = []
        for order in orders:
            emissions += game.apply(self.room, actor_id, order, now_ms, library)
        self.keeper.changed(self)
        return emissions

    def advance(self) -> None:
        """Let everything happen that is due by now, and tell everybody."""
        now_ms = clock.now_ms()
        if self._timer_ms is not None and now_ms < self._timer_ms:
            return  # the alarm is set to the earliest deadline there is
        emissions = game.advance(self.room, now_ms, self.keeper.library())
        if emissions:
            self.announce(emissions)
            if len(emissions) > 1 or type(emissions[0].event) is not events.TimerTick:
                self.keeper.changed(self)

    def on_timer(self) -> None:
        """Wake the room, for its alarm has gone off."""
        self._timer = None
        self._log_context.run(self.wake)

    def wake(self) -> None:
        """Called when a deadline has come."""
        self._timer_ms = None
        if self.keeper.is_in_doubt():
            self._set_timer(WHILE_IN_DOUBT_S)
            return
        try:
            self._check_connections()
            self.advance()
        except Exception:
            logger.exception("Room %s: timer failed", self.code)
            self._set_timer(AFTER_FAULT_S)
        else:
            if self._timer_ms is None:
                self.arm()

    def arm(self) -> None:
        """Set the one alarm to the next deadline."""
        if self.is_stopped:
            return
        at_ms, hub_ms = game.next_deadline_ms(self.room), self.hub.next_deadline_ms()
        if at_ms is None or (hub_ms is not None and hub_ms < at_ms):
            at_ms = hub_ms
        if at_ms is not None and at_ms == self._timer_ms:
            return
        self._cancel_timer()
        self._timer_ms = at_ms
        if at_ms is not None:
            self._set_timer(max(0, at_ms - clock.now_ms()) / 1000)

    def stop(self) -> None:
        """Change nothing any more: the room is closed, let go, or another worker's."""
        self.is_stopped = True
        self._cancel_timer()
        self._timer_ms = None

    def resume(self) -> None:
        """It was stopped, but stays here after all."""
        self.is_stopped = False
        self.arm()

    # Telling

    def announce(self, emissions: list[Emission]) -> None:
        """Tell everybody what has happened."""
        now_ms = clock.now_ms()
        for emission in emissions:
            aside = _SIDE_EFFECTS.get(type(emission.event))
            if aside is not None:
                aside(self, emission)
            else:
                self._send(emission, now_ms)
        self.versions.note(self.room.state_version, now_ms)
        while self._departed:
            self._note_absence(self._departed.pop())
        self.arm()

    def say(self, event: Event, audience: Audience, actor_id: str | None = None) -> None:
        """Tell something that the shell, not the engine, has found out; it is numbered like any other event."""
        self.room.sequence_id += 1
        emission = Emission(event, audience, actor_id, self.room.sequence_id, self.room.state_version)
        self.keeper.changed(self)
        self._send(emission, clock.now_ms())

    def view(self, connection: Connection) -> GameState:
        """All that this socket's owner may know."""
        return game_state(self.room, connection.actor_id, clock.now_ms())

    def send_snapshot(self, connection: Connection) -> None:
        """Put all that its owner may know in place of what the client knows."""
        connection.reply(StateSnapshot(game_state=self.view(connection)))

    def visible_to(self, actor_id: str) -> Visible:
        """Which events of the past this actor may be told; of words only those that they hold or held rightly."""
        role = self.role_of(actor_id)
        may_hear = visible_to(actor_id, is_host=role == "host", is_player=role == "player")
        playing = self.room.round
        holder_id = playing.holder_id if playing is not None else self.room.host_id

        def is_visible(entry: Entry) -> bool:
            return may_hear(entry) and (entry.type != events.WordRevealed.TYPE or actor_id == holder_id)

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

    # Events that ask for more than telling

    def _announce_room(self, emission: Emission) -> None:
        host = self.hub.get(self.room.host_id)
        url = join_url(host.origin if host is not None else settings.SITE_URL, self.code)
        event = msgspec.structs.replace(emission.event, qr_code_url=url)
        self._send(msgspec.structs.replace(emission, event=event), clock.now_ms())

    def _resync(self, emission: Emission) -> None:
        for connection in self.hub:
            if emission.audience == "all" or connection.actor_id == emission.actor_id:
                self.send_snapshot(connection)

    def _report(self, emission: Emission) -> None:
        event = emission.event
        assert isinstance(event, events.WordReported)  # noqa: S101 (narrows the type)
        self.keeper.spawn(report_word(event.ref, event.reason, self.code), "a report about a word")

    def _send_off(self, emission: Emission) -> None:
        event = emission.event
        assert isinstance(event, events.Removed)  # noqa: S101 (narrows the type)
        connection = self.hub.get(event.player_id)
        if connection is None:
            return
        if event.reason == "kicked":
            connection.close_with_error(ErrorCode.KICKED, "The host has removed you from the room.", CloseCode.KICKED)
        else:
            connection.close(NORMAL_CLOSE)
        self._forget_line(connection)
        self._departed.append(event.player_id)

    def _change_host(self, emission: Emission) -> None:
        self._send(emission, clock.now_ms())
        for connection in self.hub:
            self.hub.change_role(connection, self.role_of(connection.actor_id))

    def _end_game(self, emission: Emission) -> None:
        self._send(emission, clock.now_ms())
        counters.games_ended += 1
        self.keeper.spawn(save_result(self.room), "the result of a game")

    def _close(self, emission: Emission) -> None:
        self._send(emission, clock.now_ms())
        for connection in self.hub:
            connection.close(CloseCode.ROOM_CLOSED)
            self.hub.remove(connection)
        self.stop()
        self.keeper.closed(self)

    # People

    def role_of(self, actor_id: str) -> Role:
        """What this actor is in the room; a member without a seat looks on."""
        if actor_id == self.room.host_id:
            return "host"
        member = self.room.members.get(actor_id)
        return "player" if member is not None and member.seated else "spectator"

    def seat(self, connection: Connection, actor_id: str, secret: str) -> None:
        """Let the socket speak and hear as this actor. An older socket of theirs is told and closed."""
        self.replace(actor_id)
        connection.actor_id, connection.secret = actor_id, secret
        self.hub.add(connection, self.role_of(actor_id))

    def replace(self, actor_id: str) -> None:
        """Close the socket of this actor, if there is one: the session is open elsewhere."""
        older = self.hub.get(actor_id)
        if older is not None:
            self.hub.remove(older)
            older.close_with_error(
                ErrorCode.SESSION_REPLACED, "The game was opened on another device.", CloseCode.OPENED_ELSEWHERE
            )

    def revoke_session(self, actor_id: str) -> None:
        """The session of this actor is another one now: whoever has the old one is told, and away."""
        self.replace(actor_id)
        self._note_absence(actor_id)

    def disconnect(self, connection: Connection) -> None:
        """A socket has ended: from now on its owner counts as away."""
        if self.keeper.is_in_doubt() and not self.is_stopped:
            asyncio.get_running_loop().call_later(WHILE_IN_DOUBT_S, self.disconnect, connection)
        elif self.hub.get(connection.actor_id) is connection:
            self._forget_line(connection)
            self._note_absence(connection.actor_id)

    def close_all(self, close: CloseCode) -> None:
        """Close every socket."""
        for connection in self.hub:
            self.hub.remove(connection)
            connection.close(close)

    def summary(self, worker: str = "") -> RoomSummary:
        """What lists and public pages say about the room; ``worker`` is who writes it."""
        return summarize(self.room, self.active_at_ms, worker)

    def tell_quality(self, connection: Connection, status: Literal["degraded", "connected"]) -> None:
        """Tell the host and the owner of this socket, nobody else, how its line is doing."""
        if connection.actor_id not in self.room.members:
            return
        event = events.PlayerConnection(player_id=connection.actor_id, status=status)
        if connection.actor_id != self.room.host_id:
            self.say(event, "actor", connection.actor_id)
        self.say(event, "host", self.room.host_id)

    def _forget_line(self, connection: Connection) -> None:
        self.hub.remove(connection)
        if not self.hub:
            self.empty_since_ms = clock.now_ms()

    def _note_absence(self, actor_id: str) -> None:
        if not self.is_stopped and actor_id in self.room.members:
            self.command(actor_id, commands.Disconnected())

    def _check_connections(self) -> None:
        due_ms = self.hub.next_deadline_ms()
        if due_ms is None or (now_ms := clock.now_ms()) < due_ms:
            return
        for connection in self.hub.resend_overdue(now_ms):
            self.tell_quality(connection, "degraded")
        for connection in self.hub.idle(now_ms):
            connection.close(CloseCode.RESTARTING)
            self.disconnect(connection)

    def _set_timer(self, delay_s: float) -> None:
        self._cancel_timer()
        self._timer = self.keeper.timers.set(self, delay_s)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self.keeper.timers.cancel(self, self._timer)
            self._timer = None


def summarize(room: Room, active_at_ms: int, worker: str = "") -> RoomSummary:
    """What lists and public pages say about a room in which something was last done at ``active_at_ms``."""
    players, host = room.players, room.host
    seats_left = MAX_PLAYERS - len(players)
    return RoomSummary(
        room_id=room.code,
        state=room.state.value,
        player_count=len(players),
        max_players=MAX_PLAYERS,
        joinable=seats_left > 0 and not room.locked and room.state is not RoomState.ROOM_CLOSED,
        host_id=host.id,
        host_name=host.name,
        host_session=host.session,
        connected_count=sum(player.connected for player in players),
        is_host_connected=host.connected,
        player_names=tuple(player.name for player in players),
        round_number=room.round_number,
        scores=tuple((team.name, team.score) for team in room.teams),
        created_at_ms=room.created_at_ms,
        active_at_ms=active_at_ms,
        worker=worker,
        creator_id=room.creator_id,
    )


_SIDE_EFFECTS: dict[type[Event], Callable[[LiveRoom, Emission], None]] = {
    events.RoomCreated: LiveRoom._announce_room,
    events.Resync: LiveRoom._resync,
    events.WordReported: LiveRoom._report,
    events.Removed: LiveRoom._send_off,
    events.HostChanged: LiveRoom._change_host,
    events.GameEnded: LiveRoom._end_game,
    events.RoomClosed: LiveRoom._close,
}
