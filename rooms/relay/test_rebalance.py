"""Rebalancing: rooms move to the worker of their sockets."""

from typing import Any

import pytest

from rooms.conftest import MovedClock
from rooms.relay.conftest import FakeLayer, Pair, RelayedGuest, until
from rooms.relay.rebalance import SETTLED_MS
from rooms.telemetry.counters import counters


async def all_relayed(throw: Any, pair: Pair) -> Any:
    """A party whose room is at worker one and whose sockets have all reconnected at worker two."""
    party = await throw("Alice", "Bob", "Carol")
    pair.at(pair.two)
    for name in ("Alice", "Bob", "Carol"):
        guest = party[name]
        party.guests[name] = far = RelayedGuest(party.code, name)
        await far.connect("host" if name == "Alice" else "player", sessionId=guest.session_id)
    return party


async def test_an_empty_room_moves_to_the_worker_of_its_first_client(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    for guest in party.guests.values():
        await guest.hang_up()
    handed_over = counters.handovers
    pair.at(pair.two)
    carol = RelayedGuest(party.code, "Carol")
    assert (await carol.connect()).type == "CONNECTED"
    assert pair.one.node.registry.get(party.code) is None
    live = pair.two.node.registry.get(party.code)
    assert live is not None
    assert [player.name for player in live.room.players] == ["Bob", "Carol"]
    assert counters.handovers == handed_over + 1
    assert len(pair.two.edge) == len(pair.one.remote_clients) == 0
    await carol.hang_up()
    assert not live.room.members[carol.actor_id].connected


async def test_messages_after_the_handshake_are_replayed(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    for guest in party.guests.values():
        await guest.hang_up()
    pair.at(pair.two)
    carol = await RelayedGuest(party.code, "Carol").open()
    await carol.say_only("CONNECT", {"role": "player", "playerName": "Carol"}, actorId="")
    await carol.say_only("HEARTBEAT", actorId="player_002")
    await until(lambda: bool(carol.received("HEARTBEAT_ACK")))
    assert pair.two.node.registry.get(party.code) is not None


async def test_a_disconnect_during_the_move_leaves_nothing_behind(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    for guest in party.guests.values():
        await guest.hang_up()
    pair.at(pair.two)
    alice = await party["Alice"].again().open()
    await alice.say("CONNECT", {"role": "host", "sessionId": alice.session_id}, actorId="")
    await alice.hang_up()
    await until(lambda: len(pair.one.remote_clients) == 0)
    for worker in (pair.one, pair.two):
        live = worker.node.registry.get(party.code)
        if live is not None:
            await until(lambda live=live: not live.hub and not live.room.host.connected)  # type: ignore[misc]


async def test_a_room_that_cannot_be_released_keeps_serving(
    throw: Any, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    for guest in party.guests.values():
        await guest.hang_up()

    async def fail(writes: Any) -> Any:
        raise ConnectionError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(pair.one.node.store, "write", fail)
        pair.at(pair.two)
        carol = RelayedGuest(party.code, "Carol")
        assert (await carol.connect()).type == "CONNECTED"
    live = pair.one.node.registry.get(party.code)
    assert live is not None
    assert not live.is_stopped
    assert len(live.hub) == 1
    assert await pair.one.node.writer.flush()
    owned = await pair.one.node.store.ownership(party.code)
    assert owned is not None
    assert owned.worker == pair.one.node.store.worker


async def test_a_room_follows_its_sockets_once_they_are_settled(throw: Any, pair: Pair, time: MovedClock) -> None:
    party = await all_relayed(throw, pair)
    await pair.one.rebalancer.check()
    time.now_ms += SETTLED_MS - 1
    await pair.one.rebalancer.check()
    assert party["Bob"].close_code is None
    time.now_ms += 1
    await pair.one.rebalancer.check()
    await until(lambda: all(guest.close_code == 1012 for guest in party.guests.values()))
    assert pair.one.node.registry.get(party.code) is None
    bob = await party["Bob"].again().open()
    assert (await bob.reconnect(party["Bob"].sequence_id)).type == "RECONNECTED"
    assert pair.two.node.registry.get(party.code) is not None
    assert len(pair.two.edge) == 0


async def test_a_room_in_play_stays_until_it_is_paused(throw: Any, pair: Pair, time: MovedClock) -> None:
    party = await all_relayed(throw, pair)
    party.node = pair.one.node
    await party.host.say("START_TEAM_SETUP", {"numTeams": 2})
    for number, name in enumerate(("Bob", "Carol")):
        await party[name].say("JOIN_TEAM", {"teamId": f"team_{number + 1}"})
        await party[name].fence()
    await party.host.say("CONFIRM_START")
    await party.wait(3_000)
    await pair.one.rebalancer.check()
    time.now_ms += SETTLED_MS
    await pair.one.rebalancer.check()
    assert party.live.room.state == "ROUND_ACTIVE"
    await party.host.say("PAUSE_GAME")
    await pair.one.rebalancer.check()
    assert pair.one.node.registry.get(party.code) is None


async def test_a_room_with_a_local_socket_stays(throw: Any, pair: Pair, time: MovedClock) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    for _ in range(2):
        await pair.one.rebalancer.check()
        time.now_ms += SETTLED_MS
    await pair.one.rebalancer.check()
    assert party.live is pair.one.node.registry.get(party.code)


async def test_a_room_does_not_move_to_a_draining_worker(throw: Any, pair: Pair, time: MovedClock) -> None:
    party = await all_relayed(throw, pair)
    pair.two.node.membership.is_draining = True
    await pair.two.node.lease_guard.heartbeat()
    time.now_ms += 200
    await pair.one.node.lease_guard.heartbeat()
    await pair.one.rebalancer.check()
    time.now_ms += SETTLED_MS
    await pair.one.rebalancer.check()
    assert pair.one.node.registry.get(party.code) is not None
    assert party["Bob"].close_code is None


async def test_a_draining_edge_closes_its_sockets(throw: Any, pair: Pair, layer: FakeLayer) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    await pair.two.edge.close_all()
    assert party["Carol"].close_code == 1012
    await until(lambda: not party.live.room.members[party["Carol"].actor_id].connected)
    assert party["Bob"].close_code is None
