"""The handshake: who is admitted, as whom, and the errors of the others (docs/spec.md §9.1)."""

import asyncio
import gc
import json
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from rooms.cluster.node import Node
from rooms.conftest import Guest, MovedClock, declining
from rooms.protocol.limits import CONNECT_AGAIN_MS, HANDSHAKE_TIMEOUT_MS
from rooms.protocol.versions import SUPPORTED, Sunset, SupportedVersions, Version, negotiate


class Timers:
    """Records the timers of the event loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.handles: list[tuple[float, asyncio.TimerHandle]] = []
        loop = asyncio.get_running_loop()
        later = loop.call_later

        def call_later(
            delay_s: float, callback: Callable[..., object], *args: Any, **context: Any
        ) -> asyncio.TimerHandle:
            handle = later(delay_s, callback, *args, **context)
            self.handles.append((delay_s, handle))
            return handle

        monkeypatch.setattr(loop, "call_later", call_later)

    def waiting(self) -> list[float]:
        return [delay_s for delay_s, handle in self.handles if not handle.cancelled()]

    def fire(self) -> None:
        """Run the newest timer that is not cancelled."""
        _, handle = next(pair for pair in reversed(self.handles) if not pair[1].cancelled())
        handle._run()
        handle.cancel()


def error_and_close(guest: Guest) -> tuple[str, int | None]:
    assert guest.last.type == "ERROR", guest.last
    return guest.last["code"], guest.close_code


async def test_room_created_is_sent_when_the_host_has_connected(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    assert party.host.types()[:2] == ["CONNECTED", "ROOM_CREATED"]
    announced = party.host.received("ROOM_CREATED")[0]
    assert announced["qrCodeUrl"] == f"http://party.example/{party.code}"
    assert announced["hostId"] == party.created.host_id == party.host.actor_id
    assert party["Bob"].types()[0] == "CONNECTED"
    assert [joined["playerName"] for joined in party.host.received("PLAYER_JOINED")] == ["Bob"]


async def test_room_created_is_sent_once(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    await party.host.hang_up()
    party.guests["Alice"] = party.host.again()
    await party.host.connect("host", sessionId=party.host.session_id)
    assert not party.host.received("ROOM_CREATED")
    assert not party["Bob"].received("ROOM_CREATED")


async def test_connected_tells_a_player_their_identity(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    connected = party["Bob"].messages[0]
    assert connected.envelope["broadcast"] == "actor"
    assert "sequenceId" not in connected.envelope
    assert (connected["role"], connected["serverVersion"], connected["heartbeatIntervalMs"]) == (
        "player",
        str(SUPPORTED.server),
        10_000,
    )
    assert len(connected["sessionId"]) >= 22
    assert connected["sessionId"] not in json.dumps([message.envelope for message in party.host.messages])
    assert connected["gameState"]["players"][0]["playerId"] == connected["actorId"]


async def test_a_session_keeps_its_seat_after_a_reload(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    await party["Bob"].hang_up()
    bob = party["Bob"].again()
    answer = await bob.connect(sessionId=bob.session_id)
    assert answer["actorId"] == party["Bob"].actor_id
    assert [player["playerName"] for player in answer["gameState"]["players"]] == ["Bob"]
    assert not party.host.received("PLAYER_LEFT")


async def test_the_hosts_cookie_opens_the_host_seat(throw: Any) -> None:
    party = await throw()
    alice = await party.guest("Alice").open(cookie=f"other=1; pf_host_{party.code}={party.created.session_id}")
    assert (await alice.connect("host"))["role"] == "host"


async def test_the_hosts_cookie_does_not_count_for_a_player(throw: Any) -> None:
    party = await throw("Alice")
    bob = await party.guest("Bob").open(cookie=f"pf_host_{party.code}={party.created.session_id}")
    assert (await bob.connect())["role"] == "player"


async def test_the_cookie_of_another_room_is_refused(throw: Any) -> None:
    party, other = await throw(), await throw()
    mallory = await Guest(party.code, "Mallory").open(cookie=f"pf_host_{party.code}={other.created.session_id}")
    await mallory.connect("host")
    assert error_and_close(mallory) == ("SESSION_EXPIRED", 4401)


async def test_a_host_without_a_secret_is_refused(throw: Any) -> None:
    party = await throw("Alice")
    mallory = Guest(party.code, "Mallory")
    await mallory.connect("host")
    assert error_and_close(mallory) == ("UNAUTHORIZED", 4403)


async def test_an_expired_version_is_refused_while_connected_clients_play_on(
    throw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice")
    await party.come("Bob", version="1.0")
    going = SupportedVersions(SUPPORTED.server, SUPPORTED.newest, (Sunset(Version(1, 0), "2000-01-01", "2000-01-15"),))
    monkeypatch.setattr("rooms.session.client_session.negotiate", partial(negotiate, supported=going))
    carol = await party.guest("Carol", version="1.0").open()
    (error,) = await carol.say("CONNECT", {"role": "player", "playerName": "Carol"}, actorId="")
    assert (error["code"], error["supportedVersions"]) == ("UPGRADE_REQUIRED", list(going.versions("2000-01-16")))
    assert carol.close_code == 4426
    await party.come("Dave")
    assert party["Bob"].last.type == "PLAYER_JOINED"


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
async def test_the_lower_of_the_two_versions_is_negotiated(throw: Any, version: str) -> None:
    party = await throw("Alice")
    bob = Guest(party.code, "Bob", version)
    assert (await bob.connect()).envelope["version"] == version


async def test_an_unknown_major_version_has_to_upgrade(throw: Any) -> None:
    party = await throw("Alice")
    bob = Guest(party.code, "Bob", "2.0")
    await bob.connect()
    assert error_and_close(bob) == ("UPGRADE_REQUIRED", 4426)
    assert bob.last["supportedVersions"] == list(SUPPORTED.versions())


@pytest.mark.parametrize("path", ["/ws/?roomId=ZZZZZZ", "/ws/", "/ws/?roomId=%00", "/ws/?roomId=" + "A" * 3000])
async def test_an_unknown_room_is_refused(node: Node, path: str) -> None:
    bob = await Guest("ZZZZZZ", "Bob").open(path)
    assert bob.is_accepted
    await bob.connect()
    assert error_and_close(bob) == ("ROOM_NOT_FOUND", 4404)


async def test_a_closed_room_is_refused_as_unknown(throw: Any) -> None:
    party = await throw("Alice")
    await party.host.say("CLOSE_ROOM")
    bob = Guest(party.code, "Bob")
    await bob.connect()
    assert error_and_close(bob) == ("ROOM_NOT_FOUND", 4404)


async def test_a_code_may_be_in_lower_case(throw: Any) -> None:
    party = await throw("Alice")
    bob = await Guest(party.code.lower(), "Bob").open()
    assert (await bob.connect()).type == "CONNECTED"


@pytest.mark.parametrize("type_", ["START_TEAM_SETUP", "HEARTBEAT", "NO_SUCH_TYPE"])
async def test_the_first_message_must_be_a_handshake(throw: Any, type_: str) -> None:
    party = await throw("Alice")
    mallory = await Guest(party.code, "Mallory").open()
    await mallory.say(type_, {})
    assert error_and_close(mallory) == ("BAD_HANDSHAKE", 4400)


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ("hello", "BAD_HANDSHAKE"),
        (b"\x00\x01", "BAD_HANDSHAKE"),
        ('{"type":"CONNECT"}', "MALFORMED_MESSAGE"),
        ('{"type":"CONNECT","roomId":"X","version":"x","payload":{"role":"player"}}', "MALFORMED_MESSAGE"),
    ],
)
async def test_a_malformed_first_message_closes_the_socket(throw: Any, first: Any, code: str) -> None:
    party = await throw("Alice")
    mallory = await Guest(party.code, "Mallory").open()
    await mallory.say_raw(first)
    assert error_and_close(mallory) == (code, 4400)


async def test_a_silent_client_times_out(throw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await throw("Alice")
    timers = Timers(monkeypatch)
    silent = await Guest(party.code, "Silent").open()
    assert timers.waiting() == [HANDSHAKE_TIMEOUT_MS / 1000]
    timers.fire()
    assert error_and_close(silent) == ("HANDSHAKE_TIMEOUT", 4408)


@pytest.mark.parametrize(("name", "code"), [("", "NAME_INVALID"), ("x" * 21, "NAME_INVALID"), ("bob", "NAME_TAKEN")])
async def test_a_refused_name_may_be_corrected(
    throw: Any, monkeypatch: pytest.MonkeyPatch, name: str, code: str
) -> None:
    party = await throw("Alice", "Bob")
    carol = await Guest(party.code, "Carol").open()
    timers = Timers(monkeypatch)
    answer = await carol.connect(playerName=name)
    assert (answer["code"], carol.close_code) == (code, None)
    assert timers.waiting() == [CONNECT_AGAIN_MS / 1000]
    assert (await carol.connect()).type == "CONNECTED"
    assert CONNECT_AGAIN_MS / 1000 not in timers.waiting()


@pytest.mark.parametrize(("name", "looks_like"), [("B\u043eb", "Bob"), ("bob", None)])
async def test_a_refusal_says_which_name_this_one_looks_like(throw: Any, name: str, looks_like: str | None) -> None:
    party = await throw("Alice", "Bob")
    carol = await Guest(party.code, "Carol").open()
    answer = await carol.connect(playerName=name)
    assert answer["code"] == "NAME_TAKEN"
    assert answer.payload.get("looksLike") == looks_like
    assert ("looks like Bob" in answer["message"]) == (looks_like is not None)


async def test_a_client_that_does_not_correct_its_name_times_out(throw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await throw("Alice", "Bob")
    carol = await Guest(party.code, "Carol").open()
    timers = Timers(monkeypatch)
    await carol.connect(playerName="Bob")
    timers.fire()
    assert error_and_close(carol) == ("HANDSHAKE_TIMEOUT", 4408)


async def test_only_connect_follows_a_refused_name(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    carol = await Guest(party.code, "Carol").open()
    await carol.connect(playerName="Bob")
    carol.session_id = party["Bob"].session_id
    await carol.reconnect(0)
    assert error_and_close(carol) == ("BAD_HANDSHAKE", 4400)


async def test_an_eleventh_player_is_refused(throw: Any) -> None:
    party = await throw("Alice", *(f"Guest {number}" for number in range(10)))
    late = Guest(party.code, "Mallory")
    await late.connect()
    assert error_and_close(late) == ("ROOM_FULL", 4403)
    assert (await party.guest("Stage").connect("spectator")).type == "CONNECTED"


async def test_a_locked_room_refuses_new_players(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    await party.host.say("LOCK_ROOM")
    carol = Guest(party.code, "Carol")
    await carol.connect()
    assert error_and_close(carol) == ("ROOM_LOCKED", 4403)
    bob = await party.back("Bob")
    assert (await bob.connect(sessionId=bob.session_id)).type == "CONNECTED"


@pytest.mark.parametrize("role", ["host", "player"])
async def test_an_unknown_session_is_refused(throw: Any, role: str) -> None:
    party, other = await throw("Alice", "Bob"), await throw("Alice", "Bob")
    for secret in ("nonsense", other["Bob"].session_id, party["Bob"].session_id[:-1]):
        mallory = Guest(party.code, "Mallory")
        await mallory.connect(role, sessionId=secret, playerName="Mallory")
        assert error_and_close(mallory) == ("SESSION_EXPIRED", 4401)


async def test_a_banned_session_is_refused(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.host.say("BAN_PLAYER", {"playerId": party["Bob"].actor_id})
    assert error_and_close(party["Bob"]) == ("KICKED", 4403)
    bob = party["Bob"].again()
    await bob.connect(sessionId=bob.session_id, playerName="Bob")
    assert error_and_close(bob) == ("KICKED", 4403)


def guest_at(address: str, code: str, name: str) -> Guest:
    guest = Guest(code, name)
    guest.address = address
    return guest


async def test_a_ban_covers_the_client_network_for_players_and_spectators(throw: Any) -> None:
    party = await throw("Alice", "Carol")
    bob = guest_at("192.0.2.7", party.code, "Bob")
    await bob.connect()
    watching = guest_at("192.0.2.7", party.code, "Stage")
    await watching.connect("spectator")
    await party.host.say("BAN_PLAYER", {"playerId": bob.actor_id})
    for role, payload in (
        ("player", {"playerName": "Robert"}),
        ("spectator", {}),
        ("spectator", {"sessionId": watching.session_id}),
    ):
        again = guest_at("192.0.2.7", party.code, "Robert")
        await again.connect(role, **payload)
        assert error_and_close(again) == ("KICKED", 4403), role
    onlooker = await watching.again().open()
    assert (await onlooker.reconnect(0)).type == "ERROR"
    assert error_and_close(onlooker) == ("KICKED", 4403)
    assert (await guest_at("192.0.2.8", party.code, "Dave").connect()).type == "CONNECTED"


async def test_a_ban_spares_seated_players_of_the_same_network(throw: Any) -> None:
    party = await throw("Alice")
    bob, carol = (guest_at("192.0.2.7", party.code, name) for name in ("Bob", "Carol"))
    await bob.connect()
    await carol.connect()
    await party.host.say("BAN_PLAYER", {"playerId": bob.actor_id})
    again = carol.again()
    assert (await again.connect(sessionId=carol.session_id)).type == "CONNECTED"
    assert (await guest_at("192.0.2.7", party.code, "Dave").connect()).type == "CONNECTED"


async def test_no_message_contains_an_address(throw: Any) -> None:
    party = await throw("Alice")
    bob = guest_at("192.0.2.7", party.code, "Bob")
    await bob.connect()
    told = json.dumps([message.envelope for message in (*party.host.messages, *bob.messages)])
    assert bob_address(party) not in told
    assert "192.0.2.7" not in told


def bob_address(party: Any) -> str:
    address = str(party.live.room.players[0].client_key)
    assert len(address) == 24
    return address


async def test_the_limit_of_spectators_holds_for_connect_and_reconnect(
    throw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.session.handshake.MAX_SPECTATORS", 2)
    party = await throw("Alice")
    for name in ("Stage", "Television"):
        assert (await Guest(party.code, name).connect("spectator")).type == "CONNECTED"
    third = Guest(party.code, "Third")
    await third.connect("spectator")
    assert error_and_close(third) == ("ROOM_FULL", 4403)
    sly = await Guest(party.code, "Sly").open()
    sly.session_id = "spectator.invented"
    await sly.reconnect(0)
    assert error_and_close(sly) == ("ROOM_FULL", 4403)


async def test_a_kicked_player_may_come_back_with_a_new_session(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.host.say("KICK_PLAYER", {"playerId": party["Bob"].actor_id})
    assert error_and_close(party["Bob"]) == ("KICKED", 4403)
    assert [left["reason"] for left in party["Carol"].received("PLAYER_LEFT")] == ["kicked"]
    again = Guest(party.code, "Bob")
    assert (await again.connect()).type == "CONNECTED"
    assert again.actor_id != party["Bob"].actor_id


@pytest.mark.parametrize("who", ["player", "spectator"])
async def test_a_claimed_actor_id_must_match_the_session(throw: Any, who: str) -> None:
    party = await throw("Alice", "Bob")
    mallory = await Guest(party.code, "Mallory").open()
    await mallory.say("CONNECT", {"role": who, "playerName": "Mallory"}, actorId=party["Bob"].actor_id)
    assert error_and_close(mallory) == ("UNAUTHORIZED", 4403)


async def test_a_session_with_another_actor_id_is_refused(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    mallory = await Guest(party.code, "Mallory").open()
    await mallory.say("CONNECT", {"role": "player", "sessionId": party["Bob"].session_id}, actorId=party.host.actor_id)
    assert error_and_close(mallory) == ("UNAUTHORIZED", 4403)


async def test_the_envelope_must_name_the_room_of_the_socket(throw: Any) -> None:
    party, other = await throw("Alice"), await throw("Alice")
    mallory = await Guest(party.code, "Mallory").open()
    await mallory.say("CONNECT", {"role": "player", "playerName": "Mallory"}, actorId="", roomId=other.code)
    assert error_and_close(mallory) == ("UNAUTHORIZED", 4403)


async def test_the_newest_socket_of_a_session_wins(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    tab = party["Bob"].again()
    await tab.connect(sessionId=tab.session_id)
    assert error_and_close(party["Bob"]) == ("SESSION_REPLACED", 4409)
    await party["Bob"].hang_up()
    assert party.live.room.members[tab.actor_id].connected
    assert [message.type for message in await tab.say("HEARTBEAT", {})] == ["HEARTBEAT_ACK"]


async def test_a_spectator_takes_no_seat(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    stage = party.guest("Stage")
    answer = await stage.connect("spectator")
    assert answer["role"] == "spectator"
    assert answer["actorId"] not in party.live.room.members
    for type_ in ("START_TEAM_SETUP", "LEAVE_ROOM", "CREATE_SEAT_LINK"):
        assert [error["code"] for error in await stage.say(type_)] == ["UNAUTHORIZED"]


async def test_a_spectator_keeps_its_id_after_a_reload(throw: Any) -> None:
    party = await throw("Alice")
    stage = party.guest("Stage")
    await stage.connect("spectator")
    tab = stage.again()
    assert (await tab.connect("spectator", sessionId=stage.session_id))["actorId"] == stage.actor_id
    assert error_and_close(stage) == ("SESSION_REPLACED", 4409)


async def test_spectators_are_limited(throw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.session.handshake.MAX_SPECTATORS", 2)
    party = await throw("Alice")
    for name in ("Stage", "Screen"):
        assert (await party.guest(name).connect("spectator")).type == "CONNECTED"
    third = Guest(party.code, "Third")
    await third.connect("spectator")
    assert error_and_close(third) == ("ROOM_FULL", 4403)


async def test_without_redis_a_room_that_is_not_in_memory_is_busy(
    throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw()

    async def fail(*args: object) -> None:
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(node.store, "claim", fail)
    bob = Guest(party.code, "Bob")
    await bob.connect()
    assert error_and_close(bob) == ("SERVER_BUSY", 1012)


async def test_a_second_handshake_is_refused(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    answers = await party["Bob"].say("CONNECT", {"role": "player", "playerName": "Carol"})
    assert [(answer["code"], answer["requestType"]) for answer in answers] == [("INVALID_TRANSITION", "CONNECT")]
    assert [player.name for player in party.live.room.players] == ["Bob"]


async def test_a_client_that_disconnects_during_the_handshake_leaves_nothing(throw: Any, time: MovedClock) -> None:
    party = await throw("Alice")
    bob = await Guest(party.code, "Bob").open()
    await bob.hang_up()
    assert len(party.live.hub) == 1


async def test_a_closed_connection_is_freed_without_the_garbage_collector(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    bob = party["Bob"]
    connection = weakref.ref(party.live.hub.get(bob.actor_id))
    gc.collect()
    gc.disable()
    try:
        await bob.hang_up()
        bob.transport.set_receiver(declining)
        bob._task = None
        await asyncio.sleep(0)
        assert connection() is None
    finally:
        gc.enable()


async def test_a_closed_room_is_freed_without_the_garbage_collector(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    live = weakref.ref(party.live)
    gc.collect()
    gc.disable()
    try:
        await party.host.say("CLOSE_ROOM")
        for name in ("Alice", "Bob"):
            await party[name].hang_up()
            party[name].transport.set_receiver(declining)
            party[name]._task = None
        await asyncio.sleep(0.2)
        assert live() is None
    finally:
        gc.enable()
