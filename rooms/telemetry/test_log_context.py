"""Log records have the fields of their socket or room, though all sockets share one thread."""

import asyncio
from typing import Any

import pytest

from rooms.access.sessions import session_hash
from rooms.conftest import NEWEST, LogLines
from rooms.telemetry.log_context import bind_log_subject


async def test_records_of_a_socket_have_room_actor_and_session(throw: Any, log: LogLines) -> None:
    party = await throw("Alice", "Bob")
    bob = party["Bob"]
    await bob.hang_up()
    _, entered = log.of("Socket entered")
    (closed,) = log.of("Socket closed")
    for line in (entered, closed):
        assert (line["room"], line["actor"]) == (party.code, bob.actor_id)
        assert session_hash(bob.session_id).startswith(line["session"])
        assert len(line["session"]) == 12
    assert (entered["role"], entered["version"]) == ("player", NEWEST)
    assert (closed["code"], closed["by"]) == (1001, "client")


async def test_a_close_by_the_server_is_logged_as_such(throw: Any, log: LogLines) -> None:
    party = await throw("Alice", "Bob")
    await party.host.say("CLOSE_ROOM")
    await party["Bob"].hang_up()
    (closed,) = log.of("Socket closed")
    assert (closed["actor"], closed["code"], closed["by"]) == (party["Bob"].actor_id, 4410, "server")


async def test_before_the_handshake_records_have_only_the_room(throw: Any, log: LogLines) -> None:
    party = await throw("Alice")
    stranger = await party.guest("Stranger").open()
    await stranger.say("HEARTBEAT")
    await stranger.hang_up()
    (closed,) = log.of("Socket closed")
    assert (closed["room"], closed["code"]) == (party.code, 4400)
    assert "actor" not in closed
    assert "session" not in closed


async def test_a_failed_command_is_the_sockets_and_a_failed_timer_the_rooms(throw: Any, log: LogLines) -> None:
    party = await throw("Alice", "Bob")

    def stumble() -> None:
        raise RuntimeError("no time")

    async def as_alice() -> None:
        connection = party.live.hub.get(party.host.actor_id)
        assert connection is not None
        bind_log_subject(connection)
        party.live._set_timer(0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(party.live, "advance", stumble)
        await party.host.say("LOCK_ROOM")
        (failed,) = log.of("A message")
        assert failed["actor"] == party.host.actor_id
        log.changed.clear()
        await asyncio.create_task(as_alice())
        await asyncio.wait_for(log.changed.wait(), 5)
    (stumbled,) = log.of("Room")
    assert stumbled["room"] == party.code
    assert "actor" not in stumbled
