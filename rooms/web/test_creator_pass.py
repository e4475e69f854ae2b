"""Rooms that were made with an account: their owner is host wherever they are logged in."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from gameplay.engine import commands
from gameplay.engine.model import Settings
from rooms.access import creator_pass
from rooms.access.sessions import HOST_COOKIE_AGE_S, host_cookie
from rooms.cluster.node import Node
from rooms.cluster.registry import CreatedRoom
from rooms.web.test_room_pages import FORM

pytestmark = pytest.mark.django_db(transaction=True)

CHOSEN = Settings(word_pack_ids=("things",))


@pytest.fixture
def make_browser(node: Node, words: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens browsers: ``await make_browser("alice")`` is logged in, ``await make_browser()`` is not."""

    async def load() -> Any:
        return words

    monkeypatch.setattr("rooms.web.room_pages.load_library", load)
    monkeypatch.setattr("rooms.web.home.load_library", load)
    monkeypatch.setattr("rooms.web.api.load_library", load)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]

    async def make(name: str = "") -> AsyncClient:
        browser = AsyncClient()
        if name:
            user, _ = await User.objects.aget_or_create(username=name)
            await browser.aforce_login(user)
        return browser

    return make


async def made_by(node: Node, name: str) -> CreatedRoom:
    user, _ = await User.objects.aget_or_create(username=name)
    return await node.registry.create("Alice", CHOSEN, user.pk)


async def creator_of(node: Node, code: str) -> int | None:
    summary = await node.registry.summary(code)
    assert summary is not None
    return summary.creator_id


async def test_a_room_made_on_the_home_page_is_its_makers(make_browser: Any, node: Node) -> None:
    answer = await (await make_browser("alice")).post("/rooms/", FORM)
    code = answer["Location"].split("/")[2]
    alice = await User.objects.aget(username="alice")
    assert await creator_of(node, code) == alice.pk
    live = await node.registry.find(code)
    assert live is not None
    assert live.summary().creator_id == live.room.creator_id == alice.pk


async def test_a_room_made_without_an_account_is_nobodys(make_browser: Any, node: Node) -> None:
    answer = await (await make_browser()).post("/rooms/", FORM)
    code = answer["Location"].split("/")[2]
    assert await creator_of(node, code) is None
    assert (await (await make_browser("alice")).get(f"/host/{code}/")).status_code == 403


@pytest.mark.parametrize(
    ("origin", "is_hers"),
    [({}, True), ({"origin": "http://testserver"}, True), ({"origin": "https://evil.example"}, False)],
)
async def test_a_room_made_over_rest_is_its_makers_unless_another_site_made_the_browser_do_it(
    make_browser: Any, node: Node, origin: dict[str, str], is_hers: bool
) -> None:
    alice = await make_browser("alice")
    body = json.dumps({"hostName": "Alice"})
    answer = await alice.post("/api/rooms", body, "application/json", headers=origin)
    assert answer.status_code == 201
    assert (await creator_of(node, answer.json()["roomId"]) is not None) == is_hers


async def test_the_owner_opens_the_host_page_in_any_browser_they_are_logged_in_to(
    make_browser: Any, node: Node, throw: Any
) -> None:
    room = await made_by(node, "alice")
    answer = await (await make_browser("alice")).get(f"/host/{room.code}/")
    assert answer.status_code == 200
    cookie = answer.cookies[host_cookie(room.code)]
    assert cookie["httponly"]
    assert cookie.value not in answer.content.decode()


@pytest.mark.parametrize("name", ["", "bob"])
async def test_nobody_else_does(make_browser: Any, node: Node, name: str) -> None:
    room = await made_by(node, "alice")
    answer = await (await make_browser(name)).get(f"/host/{room.code}/")
    assert (answer.status_code, dict(answer.cookies)) == (403, {})


async def test_looking_at_the_page_takes_the_seat_from_nobody(make_browser: Any, node: Node) -> None:
    room = await made_by(node, "alice")
    await (await make_browser("alice")).get(f"/host/{room.code}/")
    first = await make_browser()
    first.cookies[host_cookie(room.code)] = room.session_id
    assert (await first.get(f"/host/{room.code}/")).status_code == 200


async def test_who_was_host_before_the_host_changed_is_a_player_now_owner_or_not(
    make_browser: Any, node: Node, throw: Any
) -> None:
    party = await throw("Alice", "Bob")
    alice = await User.objects.acreate(username="alice")
    party.live.room.creator_id = alice.pk
    party.live.execute(party.live.room.host_id, commands.TransferHost(player_id=party["Bob"].actor_id))
    browser = await make_browser("alice")
    answer = await browser.get(f"/host/{party.code}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/{party.code}")
    assert 'data-was-host="yes"' in (await browser.get(f"/{party.code}")).content.decode()


# The pass itself


async def test_a_pass_is_the_hosts_seat(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    secret = creator_pass.new_creator_pass(party.code, party.live.room.created_at_ms)
    again = party.host.again()
    await again.open(cookie=f"{host_cookie(party.code)}={secret}")
    connected = await again.connect("host")
    assert (connected["role"], connected["actorId"]) == ("host", party.created.host_id)
    assert party.host.close_code == 4409, "the newest socket has the seat"
    assert not [message for message in party["Bob"].messages if secret in json.dumps(message.envelope)]


async def test_a_pass_brings_a_lost_socket_back(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    host = party.host.again()
    await host.connect("host", sessionId=creator_pass.new_creator_pass(party.code, party.live.room.created_at_ms))
    await host.hang_up()
    again = host.again()
    await again.open()
    assert (await again.reconnect(host.sequence_id)).type == "RECONNECTED"


@pytest.mark.parametrize("wrong", ["forged", "of another room", "of an older room with this code", "expired"])
async def test_a_pass_that_is_not_in_order_opens_nothing(
    throw: Any, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice")
    created_at_ms = party.live.room.created_at_ms
    match wrong:
        case "forged":
            secret = creator_pass.new_creator_pass(party.code, created_at_ms)[:-1] + "~"
        case "of another room":
            secret = creator_pass.new_creator_pass("ABC234", created_at_ms)
        case "of an older room with this code":
            secret = creator_pass.new_creator_pass(party.code, created_at_ms - 1)
        case _:
            secret = creator_pass.new_creator_pass(party.code, created_at_ms)
            later = party.time.now_ms / 1000 + HOST_COOKIE_AGE_S + 60
            monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    error = await party.host.again().connect("host", sessionId=secret)
    assert error["code"] == "SESSION_EXPIRED"
