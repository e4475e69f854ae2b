"""Transports: the server's own where it has one, else a bounded queue over ASGI."""

import asyncio
import json
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from rooms.conftest import HOST, FakeTransport, MovedClock
from rooms.live.conftest import room_locked, word_result
from rooms.live.connection import Connection
from rooms.live.transport import MAX_UNSENT_BYTES, AsgiTransport, transport_for
from rooms.protocol.limits import PING_TIMEOUT_MS
from rooms.routing import websocket_application


class Reader:
    """The ASGI server's side of a socket; it accepts messages while ``reads`` is set."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.reads = asyncio.Event()
        self.reads.set()

    async def send(self, message: dict[str, Any]) -> None:
        await self.reads.wait()
        self.messages.append(message)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.messages) < count:  # noqa: ASYNC110 (each turn of the loop brings one message)
                await asyncio.sleep(0)


async def test_the_servers_own_transport_is_preferred() -> None:
    transport = FakeTransport()
    socket = transport_for({"extensions": {"partyflow.socket": transport}}, Reader().send)
    assert socket is transport
    connection = Connection("ABC234", socket, f"http://{HOST}")
    connection.send(room_locked())
    connection.close(4410)
    assert [message.type for message in transport.messages] == ["ROOM_LOCKED"]
    assert transport.close_code == 4410


@pytest.mark.parametrize("scope", [{}, {"extensions": None}, {"extensions": {}}])
async def test_other_servers_get_text(scope: dict[str, Any]) -> None:
    reader = Reader()
    connection = Connection("ABC234", transport_for(scope, reader.send), f"http://{HOST}")
    connection.send(word_result("one"))
    connection.send(word_result("two"))
    connection.close(1012)
    connection.send(word_result("three"))
    await reader.until(3)
    texts = [json.loads(message["text"])["payload"]["wordId"] for message in reader.messages[:2]]
    assert texts == ["one", "two"]
    assert reader.messages[2] == {"type": "websocket.close", "code": 1012}


async def test_a_slow_reader_gets_an_error_and_4429() -> None:
    reader = Reader()
    reader.reads.clear()
    connection = Connection("ABC234", AsgiTransport(reader.send), f"http://{HOST}")
    for _ in range(10):
        connection.send(word_result("x" * (MAX_UNSENT_BYTES // 8)))
        await asyncio.sleep(0)
    assert connection.is_closed
    reader.reads.set()
    await reader.until(3)
    await asyncio.sleep(0)
    assert len(reader.messages) == 3, "the message in transit, the error and the close"
    assert json.loads(reader.messages[1]["text"])["payload"]["code"] == "RATE_LIMITED"
    assert reader.messages[2] == {"type": "websocket.close", "code": 4429}


async def test_messages_to_an_ended_socket_are_dropped() -> None:
    async def fail(message: dict[str, Any]) -> None:
        raise OSError("gone")

    socket = AsgiTransport(fail)
    connection = Connection("ABC234", socket, f"http://{HOST}")
    connection.send(room_locked())
    connection.send(room_locked())
    async with asyncio.timeout(5):
        while socket._task is not None:  # noqa: ASYNC110 (the task ends within a turn or two)
            await asyncio.sleep(0)
    assert not socket._queue


async def test_a_room_works_under_any_asgi_server(throw: Any) -> None:
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


async def test_a_spectator_without_keepalive_starts_the_timer_of_an_idle_room(throw: Any, time: MovedClock) -> None:
    party = await throw("Alice")
    headers = [(b"host", HOST.encode()), (b"origin", f"http://{HOST}".encode())]
    stage = WebsocketCommunicator(websocket_application, f"/ws/?roomId={party.code}", headers)
    await stage.connect()
    envelope = {"type": "CONNECT", "roomId": party.code, "actorId": "", "timestamp": 0, "version": "1.1"}
    await stage.send_json_to({**envelope, "payload": {"role": "spectator"}})
    assert (await stage.receive_json_from())["type"] == "CONNECTED"
    assert party.live._timer_ms == time.now_ms + PING_TIMEOUT_MS
    await stage.disconnect()
