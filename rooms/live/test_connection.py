"""A connection: what it sends, the order of error and close, round trips."""

from gameplay.engine.events import PlayerConnection
from rooms.conftest import HOST, FakeTransport, MovedClock
from rooms.live.conftest import room_locked
from rooms.live.connection import Connection
from rooms.protocol.envelope import Outgoing
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.protocol.versions import Version
from rooms.telemetry.counters import counters


async def test_a_ping_measures_the_round_trip(time: MovedClock) -> None:
    transport = FakeTransport()
    connection = Connection("ABC234", transport, f"http://{HOST}")
    assert connection.round_trip_ms is None
    connection.measure_round_trip()
    time.now_ms += 42
    transport.on_pong()
    assert connection.round_trip_ms == 42


async def test_a_close_by_the_transport_is_counted_and_ends_sending() -> None:
    transport = FakeTransport()
    connection = Connection("ABC234", transport, f"http://{HOST}")
    before = counters.closes[1007]
    connection.on_close(1007)
    connection.send(room_locked())
    assert (connection.close_code, transport.messages) == (1007, [])
    assert counters.closes[1007] == before + 1


async def test_messages_that_a_version_does_not_have_are_skipped() -> None:
    transport = FakeTransport()
    connection = Connection("ABC234", transport, f"http://{HOST}")
    connection.version = Version(1, 0)
    event = PlayerConnection(player_id="player_001", status="lost")
    connection.send(Outgoing(event.TYPE, event, "ABC234", 0, "all", 1, 1))
    assert transport.messages == []


async def test_the_error_is_sent_before_the_close() -> None:
    transport = FakeTransport()
    connection = Connection("ABC234", transport, f"http://{HOST}")
    connection.close_with_error(ErrorCode.KICKED, "Off you go.", CloseCode.KICKED)
    connection.close_with_error(ErrorCode.KICKED, "Off you go.", CloseCode.KICKED)
    assert [message["code"] for message in transport.messages] == ["KICKED"]
    assert transport.close_code == 4403
