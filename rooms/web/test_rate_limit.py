"""Whoever asks too often is told to wait, by every door alike; who has a seat is not."""

from typing import Any

import pytest
from django.test import AsyncClient
from limits import RateLimitItem

from rooms.access.client_key import key_for_address
from rooms.access.connection_limit import MAX_SOCKETS_PER_CLIENT
from rooms.access.rate_limits import (
    API_REQUESTS,
    JOINS,
    LOGIN_ATTEMPTS,
    PAGE_REQUESTS,
    ROOM_CREATIONS,
    UNKNOWN_CODES,
)
from rooms.access.sessions import host_cookie
from rooms.cluster.node import Node
from rooms.conftest import Guest, MovedClock, outlive
from rooms.web.test_room_pages import FORM

HERE = "127.0.0.1"
"""Where the test client says that it is."""


@pytest.fixture
def rate_limits() -> bool:
    return True


@pytest.fixture
def browser(node: Node, words: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncClient:
    async def load() -> Any:
        return words

    monkeypatch.setattr("rooms.web.home.load_library", load)
    monkeypatch.setattr("rooms.web.api.load_library", load)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    return AsyncClient()


async def use_up(node: Node, limit: RateLimitItem) -> None:
    for _ in range(limit.amount):
        await node.limiter.hit(limit, key_for_address(HERE))


def guest_from(address: str, code: str, name: str) -> Guest:
    guest = Guest(code, name)
    guest.address = address
    return guest


def last_words(guest: Guest) -> tuple[str, int | None]:
    assert guest.last.type == "ERROR", guest.last
    return guest.last["code"], guest.close_code


@pytest.mark.parametrize("path", ["/ZZZZZZ", "/zzzzzz/", "/stage/ZZZZZZ/", "/host/ZZZZZZ/", "/ZZZZZZ/seat/x"])
async def test_unknown_codes_are_counted_by_every_page(browser: AsyncClient, node: Node, path: str) -> None:
    for _ in range(UNKNOWN_CODES.amount):
        assert (await browser.get(path)).status_code == 404
    answer = await browser.get(path)
    assert answer.status_code == 429
    assert answer.templates[0].name == "429.html"
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["Cache-Control"] == "no-store"


async def test_rest_counts_them_too_and_answers_in_json(browser: AsyncClient, node: Node) -> None:
    for _ in range(UNKNOWN_CODES.amount):
        assert (await browser.get("/api/rooms/ZZZZZZ")).status_code == 404
    answer = await browser.get("/api/rooms/ZZZZZZ")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert (await browser.get("/healthz")).status_code == 200


async def test_who_has_guessed_too_much_is_not_told_of_a_room_that_is_there(
    browser: AsyncClient, node: Node, throw: Any
) -> None:
    party = await throw("Alice")
    assert (await browser.get(f"/{party.code}")).status_code == 200
    await use_up(node, UNKNOWN_CODES)
    for path in (f"/{party.code}", f"/stage/{party.code}/", f"/host/{party.code}/", f"/api/rooms/{party.code}"):
        assert (await browser.get(path)).status_code == 429, path


async def test_codes_cannot_be_tried_out_as_cookies(browser: AsyncClient, node: Node, throw: Any) -> None:
    party = await throw("Alice")
    browser.cookies[host_cookie(party.code)] = "guessed"
    assert party.code.encode()[:3] in (await browser.get("/")).content
    browser.cookies[host_cookie("ZZZZZZ")] = "guessed"
    for _ in range(UNKNOWN_CODES.amount):
        await browser.get("/")
    home = await browser.get("/")
    assert home.status_code == 200
    assert f"/host/{party.code}/".encode() not in home.content


async def test_sockets_count_codes_too(node: Node, throw: Any) -> None:
    party = await throw("Alice", "Bob")
    for _ in range(UNKNOWN_CODES.amount):
        stranger = guest_from(HERE, "ZZZZZZ", "Mallory")
        await stranger.connect()
        assert last_words(stranger) == ("ROOM_NOT_FOUND", 4404)
    for code in ("ZZZZZZ", party.code):
        stranger = guest_from(HERE, code, "Mallory")
        await stranger.connect()
        assert last_words(stranger) == ("RATE_LIMITED", 4429)
    elsewhere = guest_from("192.0.2.7", party.code, "Carol")
    assert (await elsewhere.connect()).type == "CONNECTED"


@pytest.mark.parametrize("type_", ["CONNECT", "RECONNECT"])
async def test_a_wrong_secret_is_no_seat(node: Node, throw: Any, type_: str) -> None:
    party = await throw("Alice")
    await use_up(node, UNKNOWN_CODES)
    mallory = guest_from(HERE, party.code, "Mallory")
    await mallory.open()
    await mallory.say(type_, {"role": "player", "sessionId": "x" * 32, "lastSeqId": 0}, actorId="")
    assert last_words(mallory) == ("RATE_LIMITED", 4429)


async def test_who_has_a_seat_comes_back_although_a_neighbour_guesses(node: Node, throw: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob")
    await use_up(node, UNKNOWN_CODES)
    await use_up(node, JOINS)
    bob = party["Bob"].again()
    bob.address = HERE
    assert (await bob.connect(sessionId=bob.session_id)).type == "CONNECTED"
    again = bob.again()
    await again.open()
    assert (await again.reconnect(bob.sequence_id)).type == "RECONNECTED"
    alice = party.guest("Alice")
    alice.address = HERE
    await alice.open(cookie=f"{host_cookie(party.code)}={party.created.session_id}")
    assert (await alice.connect("host")).type == "CONNECTED"


async def test_he_comes_back_into_a_room_that_sleeps_in_redis_too(make_node: Any, throw: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    awake = make_node("another")
    await outlive(party.node, awake, time)
    await use_up(awake, UNKNOWN_CODES)
    bob = party["Bob"].again()
    bob.address = HERE
    assert (await bob.connect(sessionId=bob.session_id)).type == "CONNECTED"


async def test_newcomers_are_counted_and_onlookers_with_them(node: Node, throw: Any) -> None:
    party = await throw("Alice")
    for _ in range(JOINS.amount - 2):
        await node.limiter.hit(JOINS, key_for_address(HERE))
    assert (await guest_from(HERE, party.code, "Bob").connect()).type == "CONNECTED"
    stage = guest_from(HERE, party.code, "Stage")
    assert (await stage.connect("spectator")).type == "CONNECTED"
    for role, secret in (("player", {}), ("spectator", {}), ("spectator", {"sessionId": stage.session_id})):
        one_too_many = guest_from(HERE, party.code, "Carol")
        await one_too_many.connect(role, **secret)
        assert last_words(one_too_many) == ("RATE_LIMITED", 4429), (role, secret)


async def test_sockets_of_one_address_are_bounded(node: Node, throw: Any) -> None:
    party = await throw("Alice")
    for _ in range(MAX_SOCKETS_PER_CLIENT - 1):
        node.connection_limit.acquire(key_for_address(HERE))
    last = await guest_from(HERE, party.code, "Bob").open()
    assert not last.messages
    one_too_many = await guest_from(HERE, party.code, "Carol").open()
    assert last_words(one_too_many) == ("RATE_LIMITED", 4429)
    assert not (await guest_from("192.0.2.7", party.code, "Dave").open()).messages
    await one_too_many.hang_up()
    await last.hang_up()
    assert (await guest_from(HERE, party.code, "Erin").connect()).type == "CONNECTED"


async def test_rooms_are_counted_by_form_and_by_rest_together(browser: AsyncClient, node: Node) -> None:
    for _ in range(ROOM_CREATIONS.amount - 2):
        await node.limiter.hit(ROOM_CREATIONS, key_for_address(HERE))
    assert (await browser.post("/rooms/", FORM)).status_code == 302
    assert (await ask_for_a_room(browser)).status_code == 201
    assert (await browser.post("/rooms/", FORM)).status_code == 429
    answer = await ask_for_a_room(browser)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RATE_LIMITED")
    # What could not have made a room is not counted as one.
    assert (await browser.post("/rooms/", {**FORM, "num_teams": "9"})).status_code == 422


async def ask_for_a_room(browser: AsyncClient) -> Any:
    return await browser.post("/api/rooms", {"hostName": "Alice"}, "application/json")


@pytest.mark.parametrize(
    ("limit", "method", "path"),
    [
        (API_REQUESTS, "GET", "/api/rooms/ZZZZZZ"),
        (PAGE_REQUESTS, "GET", "/"),
        (LOGIN_ATTEMPTS, "POST", "/admin/login/"),
    ],
)
@pytest.mark.django_db
async def test_requests_are_counted(
    browser: AsyncClient, node: Node, limit: RateLimitItem, method: str, path: str
) -> None:
    assert (await browser.generic(method, path)).status_code != 429
    await use_up_the_rest(node, limit)
    assert (await browser.generic(method, path)).status_code == 429
    for address in ("/healthz", "/readyz", "/metrics"):
        assert (await browser.get(address)).status_code == 200
    assert (await browser.get("/nowhere/at/all")).status_code == (429 if limit is PAGE_REQUESTS else 404)


async def use_up_the_rest(node: Node, limit: RateLimitItem) -> None:
    for _ in range(limit.amount - 1):
        await node.limiter.hit(limit, key_for_address(HERE))


async def test_what_is_refused_does_not_fill_the_log(
    browser: AsyncClient, node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    await use_up(node, UNKNOWN_CODES)
    assert (await browser.get("/ZZZZZZ")).status_code == 429
    assert "Too Many Requests" not in caplog.text


@pytest.mark.parametrize("rate_limits", [False])
async def test_limits_are_off_for_load_tests(node: Node) -> None:
    await use_up(node, ROOM_CREATIONS)
    await use_up(node, ROOM_CREATIONS)


async def test_the_answer_to_a_room_that_was_closed_is_that_to_one_that_never_was(
    browser: AsyncClient, node: Node, throw: Any
) -> None:
    party = await throw("Alice", "Bob")
    await party.host.say("CLOSE_ROOM")
    for _ in range(2):  # while it is being taken out of Redis, and after that
        for path in ("/{}", "/stage/{}/", "/host/{}/", "/api/rooms/{}"):
            closed, never = await browser.get(path.format(party.code)), await browser.get(path.format("ZZZZZZ"))
            assert closed.status_code == never.status_code == 404
            assert without_code(closed, party.code) == without_code(never, "ZZZZZZ")
        assert await told_to_a_stranger(party.code) == await told_to_a_stranger("ZZZZZZ")
        await node.writer.flush()


def without_code(answer: Any, code: str) -> str:
    return str(answer.content.decode().replace(code, "CODE").replace(f"{code[:3]} {code[3:]}", "CODE"))


async def told_to_a_stranger(code: str) -> tuple[Any, ...]:
    stranger = Guest(code, "Mallory")
    await stranger.connect()
    return *last_words(stranger), stranger.last["message"]
