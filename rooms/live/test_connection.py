"""Sending to one client, over our own server's transport and over plain ASGI; who receives which broadcast."""

import asyncio
import json
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from gameplay.engine.events import RoomLocked, WordResult
from partyflow.channel_layer import LocalChannelLayer
from rooms.conftest import HOST, FakeTransport, MovedClock
from rooms.live.connection import Connection
from rooms.live.hub import Hub
from rooms.live.transport import MAX_UNSENT_BYTES, AsgiTransport, transport_for
from rooms.protocol.envelope import Outgoing
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.protocol.limits import PING_TIMEOUT_MS
from rooms.protocol.versions import Version
from rooms.routing import websocket_application
from rooms.telemetry.counters import counters


def locked() -> Outgoing:
    return Outgoing("ROOM_LOCKED", RoomLocked(), "ABC234", 0, "all", 1, 1)


def result(text: str) -> Outgoing:
    event = WordResult(word_id=text, action="guessed", team_id="team_1", points_awarded=1, new_score=1)
    return Outgoing("WORD_RESULT", event, "ABC234", 0, "all", 1, 1)


class Reader:
    """The other end of a plain ASGI socket. It reads while ``reads`` is set."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.reads = asyncio.Event()
        self.reads.set()

    async def send(self, message: dict[str, Any]) -> None:
        await self.reads.wait()
        self.got.append(message)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.got) < count:  # noqa: ASYNC110 (each turn of the loop brings one message)
                await asyncio.sleep(0)


class TestSockets:
    async def test_messages_go_to_the_servers_own_socket(self) -> None:
        transport = FakeTransport()
        socket = transport_for({"extensions": {"partyflow.socket": transport}}, Reader().send)
        assert socket is transport
        connection = Connection("ABC234", socket, f"http://{HOST}")
        connection.send(locked())
        connection.close(4410)
        assert [message.type for message in transport.messages] == ["ROOM_LOCKED"]
        assert transport.close_code == 4410

    async def test_the_way_to_a_client_and_back_is_measured(self, time: MovedClock) -> None:
        transport = FakeTransport()
        connection = Connection("ABC234", transport, f"http://{HOST}")
        assert connection.round_trip_ms is None
        connection.measure_round_trip()
        time.now_ms += 42
        transport.on_pong()
        assert connection.round_trip_ms == 42

    @pytest.mark.parametrize("scope", [{}, {"extensions": None}, {"extensions": {}}])
    async def test_any_other_server_gets_text(self, scope: dict[str, Any]) -> None:
        reader = Reader()
        connection = Connection("ABC234", transport_for(scope, reader.send), f"http://{HOST}")
        connection.send(result("one"))
        connection.send(result("two"))
        connection.close(1012)
        connection.send(result("three"))
        await reader.until(3)
        texts = [json.loads(message["text"])["payload"]["wordId"] for message in reader.got[:2]]
        assert texts == ["one", "two"]
        assert reader.got[2] == {"type": "websocket.close", "code": 1012}

    async def test_a_reader_that_does_not_read_is_told_and_closed(self) -> None:
        reader = Reader()
        reader.reads.clear()
        connection = Connection("ABC234", AsgiTransport(reader.send), f"http://{HOST}")
        for _ in range(10):
            connection.send(result("x" * (MAX_UNSENT_BYTES // 8)))
            await asyncio.sleep(0)
        assert connection.is_closed
        reader.reads.set()
        await reader.until(3)
        await asyncio.sleep(0)
        assert len(reader.got) == 3, "what had been under way, the reason, and the close"
        assert json.loads(reader.got[1]["text"])["payload"]["code"] == "RATE_LIMITED"
        assert reader.got[2] == {"type": "websocket.close", "code": 4429}

    async def test_a_transport_that_closes_by_itself_is_counted_and_sent_nothing_more(self) -> None:
        transport = FakeTransport()
        connection = Connection("ABC234", transport, f"http://{HOST}")
        before = counters.closes[1007]
        connection.on_close(1007)
        connection.send(locked())
        assert (connection.close_code, transport.messages) == (1007, [])
        assert counters.closes[1007] == before + 1

    async def test_a_socket_that_is_gone_swallows_what_is_left(self) -> None:
        async def fail(message: dict[str, Any]) -> None:
            raise OSError("gone")

        socket = AsgiTransport(fail)
        connection = Connection("ABC234", socket, f"http://{HOST}")
        connection.send(locked())
        connection.send(locked())
        async with asyncio.timeout(5):
            while socket._task is not None:  # noqa: ASYNC110 (the task ends within a turn or two)
                await asyncio.sleep(0)
        assert not socket._queue

    async def test_what_a_version_does_not_have_is_passed_over(self) -> None:
        from gameplay.engine.events import PlayerConnection

        transport = FakeTransport()
        connection = Connection("ABC234", transport, f"http://{HOST}")
        connection.version = Version(1, 0)
        event = PlayerConnection(player_id="player_001", status="lost")
        connection.send(Outgoing(event.TYPE, event, "ABC234", 0, "all", 1, 1))
        assert transport.messages == []

    async def test_the_reason_comes_before_the_close(self) -> None:
        transport = FakeTransport()
        connection = Connection("ABC234", transport, f"http://{HOST}")
        connection.close_with_error(ErrorCode.KICKED, "Off you go.", CloseCode.KICKED)
        connection.close_with_error(ErrorCode.KICKED, "Off you go.", CloseCode.KICKED)
        assert [message["code"] for message in transport.messages] == ["KICKED"]
        assert transport.close_code == 4403

    async def test_a_party_goes_on_under_any_asgi_server(self, throw: Any) -> None:
        party = await throw("Alice")
        headers = [(b"host", HOST.encode()), (b"origin", f"http://{HOST}".encode())]
        bob = WebsocketCommunicator(websocket_application, f"/ws/?roomId={party.code}", headers)
        assert (await bob.connect())[0]
        envelope = {"type": "CONNECT", "roomId": party.code, "actorId": "", "timestamp": 0, "version": "1.1"}
        await bob.send_json_to({**envelope, "payload": {"role": "player", "playerName": "Bob"}})
        assert (await bob.receive_json_from())["type"] == "CONNECTED"
        assert {(await bob.receive_json_from())["type"] for _ in range(2)} == {"STATE_CHANGED", "PLAYER_JOINED"}
        await party.host.say("CLOSE_ROOM")
        assert {(await bob.receive_json_from())["type"] for _ in range(2)} == {"STATE_CHANGED", "ROOM_CLOSED"}
        assert await bob.receive_output() == {"type": "websocket.close", "code": 4410}
        await bob.disconnect()


class TestHub:
    def line(self, hub: Hub, actor_id: str, role: Any, writer: Any = None) -> tuple[Connection, FakeTransport]:
        transport = FakeTransport()
        socket = AsgiTransport(Reader().send) if writer == "asgi" else transport
        connection = Connection("ABC234", socket, f"http://{HOST}")
        connection.actor_id = actor_id
        hub.add(connection, role)
        return connection, transport

    async def test_a_message_reaches_its_audience(self, time: MovedClock) -> None:
        hub = Hub("ABC234", LocalChannelLayer())
        heard = {role: self.line(hub, role, role)[1] for role in ("host", "player", "spectator")}
        for audience in ("all", "host", "players"):
            message = Outgoing("ROOM_LOCKED", RoomLocked(), "ABC234", 0, audience, 1, 1)  # type: ignore[arg-type]
            hub.send(message, None, time.now_ms)
        hub.send(locked(), "player", time.now_ms)
        hub.send(locked(), "nobody", time.now_ms)
        assert {role: len(transport.messages) for role, transport in heard.items()} == {
            "host": 2,
            "player": 3,
            "spectator": 1,
        }

    async def test_a_closed_line_leaves_nothing(self, time: MovedClock) -> None:
        layer = LocalChannelLayer()
        hub = Hub("ABC234", layer)
        connection, transport = self.line(hub, "bob", "player")
        hub.remove(connection)
        hub.send(locked(), None, time.now_ms)
        assert not transport.messages
        assert not hub
        assert not layer._groups

    async def test_who_is_silent_for_20_s_is_found_where_the_server_does_not_look(self, time: MovedClock) -> None:
        hub = Hub("ABC234", LocalChannelLayer())
        pinged, _ = self.line(hub, "pinged", "player")
        silent, _ = self.line(hub, "silent", "player", "asgi")
        talking, _ = self.line(hub, "talking", "player", "asgi")
        began = time.now_ms
        time.now_ms += 5_000
        talking.last_received_ms = time.now_ms
        assert hub.next_deadline_ms() == began + PING_TIMEOUT_MS
        time.now_ms = began + PING_TIMEOUT_MS - 1
        assert hub.idle(time.now_ms) == []
        time.now_ms += 1
        assert hub.idle(time.now_ms) == [silent]
        hub.remove(silent)
        assert hub.next_deadline_ms() == talking.last_received_ms + PING_TIMEOUT_MS
        assert pinged in list(hub)

    async def test_a_silent_player_counts_as_away(self, throw: Any) -> None:
        party = await throw("Alice", "Bob")
        line = party.live.hub.get(party["Bob"].actor_id)
        party.live.hub.remove(line)
        line._transport = AsgiTransport(Reader().send)
        line.last_received_ms = party.time.now_ms
        party.live.hub.add(line, "player")
        await party.wait(PING_TIMEOUT_MS)
        assert party.live.hub.get(party["Bob"].actor_id) is None
        assert not party.live.room.members[party["Bob"].actor_id].connected
