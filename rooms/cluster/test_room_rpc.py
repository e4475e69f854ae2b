"""Orders from elsewhere: carried out by the worker that has the room, and answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gameplay.engine import commands
from rooms.cluster import node as node_module
from rooms.cluster.inbox import cluster_layer, worker_channel
from rooms.cluster.node import Node
from rooms.cluster.room_rpc import client as room_rpc
from rooms.cluster.room_rpc.client import describe, live_workers, ping, ping_all, send_command
from rooms.cluster.room_rpc.messages import CommandRejected, NoSuchRoom, NoWorkers, WorkerTimeout
from rooms.errors import Unavailable
from rooms.protocol.messages import Notice
from rooms.worker import Worker


@asynccontextmanager
async def reading(node: Node) -> AsyncIterator[None]:
    """The worker shows a sign of life and reads what is sent to it."""
    await node.lease_guard.heartbeat()
    task = asyncio.create_task(Worker(node).inbox.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From then on this is a process without a worker, such as a command."""
    return lambda: monkeypatch.setattr(node_module, "_node", None)


async def test_in_the_owners_process_an_order_is_carried_out_at_once(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    done = await send_command(party.code, commands.PauseGame(), by="admin")
    assert (done.state, done.state_version) == ("ROUND_PAUSED", party.live.room.state_version)
    assert party["Bob"].last.type in ("GAME_PAUSED", "STATE_CHANGED")


async def test_a_command_without_a_worker_has_the_owner_carry_it_out(throw: Any, elsewhere: Callable[[], None]) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.node.writer.flush()
    async with reading(party.node):
        elsewhere()
        done = await send_command(party.code, commands.PauseGame(), by="admin")
        assert done.worker == party.node.store.worker
        assert party.live.room.state == "ROUND_PAUSED"
        await send_command(party.code, commands.KickPlayer(player_id=party["Bob"].actor_id), by="admin")
        assert party["Bob"].close_code == 4403


async def test_another_worker_leaves_the_room_where_it_is(throw: Any, keep: Callable[[str], Node]) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    async with reading(party.node):
        other = keep("other")
        await send_command(party.code, commands.LockRoom(), by="admin")
        assert party.live.room.locked
        assert other.registry.get(party.code) is None


async def test_everybody_hears_a_notice(throw: Any, elsewhere: Callable[[], None]) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    async with reading(party.node):
        elsewhere()
        await send_command(party.code, Notice(message="We stop in five minutes."), by="admin")
    assert [guest.last["message"] for guest in party.guests.values()] == ["We stop in five minutes."] * 2


async def test_a_room_that_nobody_has_opened_is_opened_for_an_order(throw: Any, elsewhere: Callable[[], None]) -> None:
    party = await throw()
    async with reading(party.node):
        elsewhere()
        await send_command(party.code, commands.LockRoom(), by="admin")
    assert party.live.room.locked


async def test_what_the_room_refuses_is_said_as_a_player_would_read_it(
    throw: Any, elsewhere: Callable[[], None]
) -> None:
    party = await throw("Alice", "Bob")
    with pytest.raises(CommandRejected) as refused:
        await send_command(party.code, commands.PauseGame(), by="admin")
    await party.node.writer.flush()
    async with reading(party.node):
        elsewhere()
        with pytest.raises(CommandRejected) as refused_there:
            await send_command(party.code, commands.PauseGame(), by="admin")
    assert refused.value.code == refused_there.value.code == "INVALID_TRANSITION"
    assert str(refused.value) == str(refused_there.value) != ""


async def test_there_is_no_such_room(throw: Any, node: Node, elsewhere: Callable[[], None]) -> None:
    party = await throw("Alice")
    await send_command(party.code, commands.CloseRoom(), by="admin")
    for code in (party.code, "ABC234", "nonsense"):
        with pytest.raises(NoSuchRoom):
            await send_command(code, commands.LockRoom(), by="admin")
    await node.writer.flush()
    async with reading(node):
        elsewhere()
        with pytest.raises(NoSuchRoom):
            await send_command(party.code, commands.LockRoom(), by="admin")


async def test_a_worker_that_does_not_answer_is_named(
    throw: Any, elsewhere: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_rpc, "TIMEOUT_S", 0.05)
    party = await throw("Alice")
    await party.node.writer.flush()
    await party.node.lease_guard.heartbeat()
    elsewhere()
    with pytest.raises(WorkerTimeout, match=r"worker\.[0-9a-f]+") as silent:
        await send_command(party.code, commands.LockRoom(), by="admin")
    assert silent.value.worker == party.node.store.worker
    assert await ping_all() == {"worker": None}
    with pytest.raises(WorkerTimeout):
        await ping("nobody")


async def test_without_any_worker_nobody_serves(throw: Any, elsewhere: Callable[[], None]) -> None:
    party = await throw()
    elsewhere()
    assert await live_workers() == []
    with pytest.raises(NoWorkers):
        await send_command(party.code, commands.LockRoom(), by="admin")


async def test_without_redis_no_order_gets_anywhere(elsewhere: Callable[[], None], settings: Any) -> None:
    elsewhere()
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    with pytest.raises(Unavailable):
        await send_command("ABC234", commands.LockRoom(), by="admin")


@pytest.mark.parametrize("order", [commands.WordSwiped(word_id="w", action="guessed"), commands.LeaveRoom()])
async def test_only_what_a_host_may_do_can_be_ordered(node: Node, order: commands.Command) -> None:
    with pytest.raises(TypeError):
        await send_command("ABC234", order, by="admin")


async def test_a_picture_shows_the_room_and_no_secret(throw: Any, elsewhere: Callable[[], None]) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    started = party["Bob"].received("ROUND_STARTED")[0]
    party.time.now_ms += 70
    await party["Bob"].say("ACK", {"ackId": started.envelope["ackId"], "status": "received"})
    await party["Carol"].hang_up()
    await party["Bob"].say("CREATE_SEAT_LINK")
    await party.node.writer.flush()
    word = party.live.room.round.word.text
    async with reading(party.node):
        elsewhere()
        details = await describe(party.code)
    assert (details.code, details.state.state, details.socket_count) == (party.code, "ROUND_ACTIVE", 2)
    assert details.state.current_score == {team.id: team.score for team in party.live.room.teams}
    people = {person.name: person for person in details.people}
    assert [people[name].connected for name in ("Alice", "Bob", "Carol")] == [True, True, False]
    assert people["Alice"].is_host
    assert people["Bob"].round_trip_ms == 70
    assert people["Carol"].version is None
    assert [event.type for event in details.events][-1] == "WORD_RESULT"
    told = repr(details)
    assert f"'{word}'" not in told
    assert f'"{word}"' not in told
    for secret in ("SEAT_LINK", "WORD_REVEALED", *(guest.session_id for guest in party.guests.values())):
        assert secret not in told


async def test_a_worker_tells_its_figures(throw: Any, elsewhere: Callable[[], None]) -> None:
    party = await throw("Alice", "Bob")
    async with reading(party.node):
        elsewhere()
        figures = await ping("worker")
        assert await ping_all() == {"worker": figures}
    assert (figures.name, figures.rooms, figures.sockets, figures.is_draining) == ("worker", 1, 2, False)
    assert figures.worker == party.node.store.worker


async def test_a_worker_that_has_ended_is_not_waited_for(throw: Any, keep: Callable[[str], Node]) -> None:
    one, two = keep("one"), keep("two")
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    assert await live_workers() == ["one", "two"]
    await one.stop()
    assert await live_workers() == ["two"]


async def test_a_message_that_cannot_be_read_does_not_stop_the_mailbox(
    throw: Any, elsewhere: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw("Alice")
    async with reading(party.node):
        for message in ({"type": "nonsense"}, {"type": "order"}, {}):
            await cluster_layer().send(worker_channel(party.node.store.worker), message)
        elsewhere()
        assert (await ping("worker")).rooms == 1
    assert "nonsense" in caplog.text
    assert "failed" in caplog.text
