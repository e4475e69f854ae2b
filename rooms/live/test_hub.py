"""The hub of a room: audiences, and connections that have gone silent."""

from typing import Any

from gameplay.engine.events import Audience
from gameplay.engine.projections import Role
from partyflow.channel_layer import LocalChannelLayer
from rooms.conftest import HOST, FakeTransport, MovedClock
from rooms.live.conftest import room_locked
from rooms.live.connection import Connection
from rooms.live.hub import Hub
from rooms.live.transport import AsgiTransport, Transport
from rooms.protocol.limits import PING_TIMEOUT_MS

AUDIENCES: tuple[Audience, ...] = ("all", "host", "players")


async def discard(message: dict[str, Any]) -> None:
    """The ``send`` of an ASGI server."""


def add_to(hub: Hub, actor_id: str, role: Role, transport: Transport | None = None) -> Connection:
    """Add a new connection to the hub."""
    connection = Connection("ABC234", transport or FakeTransport(), f"http://{HOST}")
    connection.actor_id = actor_id
    hub.add(connection, role)
    return connection


async def test_a_message_reaches_its_audience(time: MovedClock) -> None:
    hub = Hub("ABC234", LocalChannelLayer())
    roles: tuple[Role, ...] = ("host", "player", "spectator")
    transports = {role: FakeTransport() for role in roles}
    for role, transport in transports.items():
        add_to(hub, role, role, transport)
    for audience in AUDIENCES:
        hub.send(room_locked(audience), None, time.now_ms)
    hub.send(room_locked(), "player", time.now_ms)
    hub.send(room_locked(), "nobody", time.now_ms)
    assert {role: len(transport.messages) for role, transport in transports.items()} == {
        "host": 2,
        "player": 3,
        "spectator": 1,
    }


async def test_a_removed_connection_leaves_nothing(time: MovedClock) -> None:
    layer = LocalChannelLayer()
    hub = Hub("ABC234", layer)
    transport = FakeTransport()
    connection = add_to(hub, "bob", "player", transport)
    hub.remove(connection)
    hub.send(room_locked(), None, time.now_ms)
    assert not transport.messages
    assert not hub
    assert not layer._groups


async def test_connections_without_keepalive_are_idle_after_20_s(time: MovedClock) -> None:
    hub = Hub("ABC234", LocalChannelLayer())
    with_keepalive = add_to(hub, "alice", "player")
    idle = add_to(hub, "bob", "player", AsgiTransport(discard))
    active = add_to(hub, "carol", "player", AsgiTransport(discard))
    began = time.now_ms
    time.now_ms += 5_000
    active.last_received_ms = time.now_ms
    assert hub.next_deadline_ms() == began + PING_TIMEOUT_MS
    time.now_ms = began + PING_TIMEOUT_MS - 1
    assert hub.idle(time.now_ms) == []
    time.now_ms += 1
    assert hub.idle(time.now_ms) == [idle]
    hub.remove(idle)
    assert hub.next_deadline_ms() == active.last_received_ms + PING_TIMEOUT_MS
    assert with_keepalive in list(hub)


async def test_an_idle_player_is_disconnected(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    connection = party.live.hub.get(party["Bob"].actor_id)
    party.live.hub.remove(connection)
    connection._transport = AsgiTransport(discard)
    connection.last_received_ms = party.time.now_ms
    party.live.hub.add(connection, "player")
    await party.wait(PING_TIMEOUT_MS)
    assert party.live.hub.get(party["Bob"].actor_id) is None
    assert not party.live.room.members[party["Bob"].actor_id].connected
