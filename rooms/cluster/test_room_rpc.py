"""Room RPC: commands from any process are executed and answered by the room's owner."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from gameplay.engine import commands
from rooms.cluster import node as node_module
from rooms.cluster.inbox import cluster_layer, worker_channel
from rooms.cluster.node import Node
from rooms.cluster.room_rpc import client as room_rpc
from rooms.cluster.room_rpc.client import describe, live_workers, ping, ping_all, send_command
from rooms.cluster.room_rpc.messages import (
    KIND_OF,
    CommandRejected,
    CommandResult,
    ErrorReply,
    NoSuchRoom,
    NoWorkers,
    Redirect,
    Request,
    WorkerTimeout,
)
from rooms.errors import Unavailable
from rooms.protocol.messages import Notice
from rooms.worker import Worker


@asynccontextmanager
async def running_inbox(node: Node) -> AsyncIterator[None]:
    """The worker is live, and its inbox is read."""
    await node.lease_guard.heartbeat()
    task = asyncio.create_task(Worker(node).inbox.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes this a process without a node, such as a management command."""
    return lambda: monkeypatch.setattr(node_module, "_node", None)


async def test_the_owners_own_process_executes_a_command_without_a_message(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    result = await send_command(party.code, commands.PauseGame(), by="admin")
    assert (result.state, result.state_version) == ("ROUND_PAUSED", party.live.room.state_version)
    assert party["Bob"].last.type in ("GAME_PAUSED", "STATE_CHANGED")


async def test_a_process_without_a_node_sends_the_command_to_the_owner(
    throw: Any, without_node: Callable[[], None]
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.node.writer.flush()
    async with running_inbox(party.node):
        without_node()
        result = await send_command(party.code, commands.PauseGame(), by="admin")
        assert result.worker == party.node.store.worker
        assert party.live.room.state == "ROUND_PAUSED"
        await send_command(party.code, commands.KickPlayer(player_id=party["Bob"].actor_id), by="admin")
        assert party["Bob"].close_code == 4403


async def test_another_worker_sends_the_command_to_the_owner(throw: Any, make_node: Callable[[str], Node]) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    async with running_inbox(party.node):
        other = make_node("other")
        await send_command(party.code, commands.LockRoom(), by="admin")
        assert party.live.room.locked
        assert other.registry.get(party.code) is None


async def test_a_notice_reaches_every_member(throw: Any, without_node: Callable[[], None]) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    async with running_inbox(party.node):
        without_node()
        await send_command(party.code, Notice(message="We stop in five minutes."), by="admin")
    assert [guest.last["message"] for guest in party.guests.values()] == ["We stop in five minutes."] * 2


async def test_a_room_without_an_owner_is_opened_for_a_command(throw: Any, without_node: Callable[[], None]) -> None:
    party = await throw()
    async with running_inbox(party.node):
        without_node()
        await send_command(party.code, commands.LockRoom(), by="admin")
    assert party.live.room.locked


async def test_a_rejection_has_the_code_and_message_that_a_player_gets(
    throw: Any, without_node: Callable[[], None]
) -> None:
    party = await throw("Alice", "Bob")
    with pytest.raises(CommandRejected) as rejected:
        await send_command(party.code, commands.PauseGame(), by="admin")
    await party.node.writer.flush()
    async with running_inbox(party.node):
        without_node()
        with pytest.raises(CommandRejected) as rejected_there:
            await send_command(party.code, commands.PauseGame(), by="admin")
    assert rejected.value.code == rejected_there.value.code == "INVALID_TRANSITION"
    assert str(rejected.value) == str(rejected_there.value) != ""


async def test_a_command_to_an_unknown_or_closed_room_fails(
    throw: Any, node: Node, without_node: Callable[[], None]
) -> None:
    party = await throw("Alice")
    await send_command(party.code, commands.CloseRoom(), by="admin")
    for code in (party.code, "ABC234", "nonsense"):
        with pytest.raises(NoSuchRoom):
            await send_command(code, commands.LockRoom(), by="admin")
    await node.writer.flush()
    async with running_inbox(node):
        without_node()
        with pytest.raises(NoSuchRoom):
            await send_command(party.code, commands.LockRoom(), by="admin")


async def test_a_timeout_names_the_worker(
    throw: Any, without_node: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_rpc, "TIMEOUT_S", 0.05)
    party = await throw("Alice")
    await party.node.writer.flush()
    await party.node.lease_guard.heartbeat()
    without_node()
    with pytest.raises(WorkerTimeout, match=r"worker\.[0-9a-f]+") as timeout:
        await send_command(party.code, commands.LockRoom(), by="admin")
    assert timeout.value.worker == party.node.store.worker
    assert await ping_all() == {"worker": None}
    with pytest.raises(WorkerTimeout):
        await ping("nobody")


async def test_without_workers_a_command_fails(throw: Any, without_node: Callable[[], None]) -> None:
    party = await throw()
    without_node()
    assert await live_workers() == []
    with pytest.raises(NoWorkers):
        await send_command(party.code, commands.LockRoom(), by="admin")


async def test_without_redis_a_command_is_unavailable(without_node: Callable[[], None], settings: Any) -> None:
    without_node()
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    with pytest.raises(Unavailable):
        await send_command("ABC234", commands.LockRoom(), by="admin")


@pytest.mark.parametrize("command", [commands.WordSwiped(word_id="w", action="guessed"), commands.LeaveRoom()])
async def test_only_commands_of_a_host_can_be_sent(node: Node, command: commands.Command) -> None:
    with pytest.raises(TypeError):
        await send_command("ABC234", command, by="admin")


async def test_details_show_the_room_and_no_secret(throw: Any, without_node: Callable[[], None]) -> None:
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
    async with running_inbox(party.node):
        without_node()
        details = await describe(party.code)
    assert (details.code, details.state.state, details.socket_count) == (party.code, "ROUND_ACTIVE", 2)
    assert details.state.current_score == {team.id: team.score for team in party.live.room.teams}
    people = {person.name: person for person in details.people}
    assert [people[name].connected for name in ("Alice", "Bob", "Carol")] == [True, True, False]
    assert people["Alice"].is_host
    assert people["Bob"].round_trip_ms == 70
    assert people["Carol"].version is None
    assert [event.type for event in details.events][-1] == "WORD_RESULT"
    shown = repr(details)
    assert f"'{word}'" not in shown
    assert f'"{word}"' not in shown
    for secret in ("SEAT_LINK", "WORD_REVEALED", *(guest.session_id for guest in party.guests.values())):
        assert secret not in shown


async def test_a_ping_returns_the_metrics_of_the_worker(throw: Any, without_node: Callable[[], None]) -> None:
    party = await throw("Alice", "Bob")
    async with running_inbox(party.node):
        without_node()
        metrics = await ping("worker")
        assert await ping_all() == {"worker": metrics}
    assert (metrics.name, metrics.rooms, metrics.sockets, metrics.is_draining) == ("worker", 1, 2, False)
    assert metrics.worker == party.node.store.worker


async def test_a_stopped_worker_is_not_live(throw: Any, make_node: Callable[[str], Node]) -> None:
    one, two = make_node("one"), make_node("two")
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    assert await live_workers() == ["one", "two"]
    await one.stop()
    assert await live_workers() == ["two"]


async def test_a_malformed_message_does_not_stop_the_inbox(
    throw: Any, without_node: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw("Alice")
    async with running_inbox(party.node):
        for message in ({"type": "nonsense"}, {"type": "order"}, {}):
            await cluster_layer().send(worker_channel(party.node.store.worker), message)
        without_node()
        assert (await ping("worker")).rooms == 1
    assert "nonsense" in caplog.text
    assert "failed" in caplog.text


def test_names_on_the_cluster_layer_stay_for_workers_of_mixed_versions() -> None:
    request = Request(command="LOCK_ROOM", code="ABC234", payload=b"{}", by="admin", reply_to="answer.1")
    assert msgspec.to_builtins(request, builtin_types=(bytes,)) == {
        "type": "order",
        "order": "LOCK_ROOM",
        "code": "ABC234",
        "payload": b"{}",
        "by": "admin",
        "reply_to": "answer.1",
    }
    assert (KIND_OF[Redirect], KIND_OF[ErrorReply], KIND_OF[CommandResult]) == ("_Hop", "_Refusal", "Done")
