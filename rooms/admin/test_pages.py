"""Admin pages of live rooms: permissions, what they show, and the results of actions."""

import asyncio
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.admin.models import LogEntry
from django.test import AsyncClient

from rooms.access import creator_pass
from rooms.access.sessions import host_cookie
from rooms.admin.conftest import Browsers, account
from rooms.cluster.node import Node
from rooms.cluster.room_rpc import client as room_rpc

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/rooms/liveroom/"
ACT = f"{LIST}act/"
EVIL = "<img src=x>"


def text_of(answer: Any) -> str:
    """The page as text."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def page_of(code: str) -> str:
    return f"{LIST}{code}/"


@database_sync_to_async
def log() -> list[tuple[str, str, str]]:
    """The log: user, room and text, oldest first."""
    entries = LogEntry.objects.select_related("user").order_by("pk")
    return [(entry.user.username, entry.object_repr, entry.change_message) for entry in entries]


async def act(browser: AsyncClient, action: str, *codes: str, **fields: Any) -> Any:
    """Execute an action; the answer after the redirect."""
    answer = await browser.post(ACT, {"action": action, "room": list(codes), **fields})
    assert answer.status_code in (200, 302), answer.status_code
    return answer if answer.status_code == 200 else await browser.get(answer["Location"])


async def made_by(party: Any, name: str) -> None:
    """Make this account the creator of the party's room."""
    party.live.room.creator_id = (await account(name)).pk
    party.node.changed(party.live)
    await party.node.writer.flush()


@pytest.fixture
async def party(throw: Any, node: Node) -> Any:
    """Alice's room with Bob and Carol, saved."""
    party = await throw("Alice", "Bob", "Carol")
    await node.writer.flush()
    return party


# Permissions


@pytest.mark.parametrize("name", ["", "paula"])
async def test_visitors_and_players_are_sent_to_the_login(browser_of: Browsers, party: Any, name: str) -> None:
    browser = await browser_of(name)
    for address in (LIST, f"{LIST}rows/", page_of(party.code), f"{page_of(party.code)}live/"):
        answer = await browser.get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/"), address
    for address in (ACT, f"{page_of(party.code)}open/"):
        assert (await browser.post(address, {"action": "close", "room": party.code})).status_code == 302
    assert party.live.room.state == "LOBBY"
    assert await log() == []


async def test_staff_without_permission_see_and_do_nothing(browser_of: Browsers, party: Any) -> None:
    stan = await browser_of("stan")
    for address in (LIST, f"{LIST}rows/", page_of(party.code), f"{page_of(party.code)}live/"):
        assert (await stan.get(address)).status_code == 403, address
    for address in (ACT, f"{page_of(party.code)}open/"):
        assert (await stan.post(address, {"action": "close", "room": party.code})).status_code == 403
    assert party.live.room.state == "LOBBY"
    assert "Live rooms" not in text_of(await stan.get("/admin/"))


async def test_a_host_sees_and_controls_only_rooms_of_their_own(browser_of: Browsers, party: Any, throw: Any) -> None:
    await made_by(party, "hannah")
    other = await throw("Alice", "Bob")
    await made_by(other, "hugo")
    hannah = await browser_of("hannah")
    listed = (await hannah.get(LIST)).content.decode()
    assert page_of(party.code) in listed
    assert page_of(other.code) not in listed
    assert (await hannah.get(page_of(party.code))).status_code == 200
    for address in (page_of(other.code), f"{page_of(other.code)}live/"):
        assert (await hannah.get(address)).status_code == 404
    assert (await hannah.post(f"{page_of(other.code)}open/")).status_code == 404
    await act(hannah, "close", party.code, other.code, is_sure="yes")
    assert party.node.registry.get(party.code) is None
    assert other.live.room.state == "LOBBY"
    assert await log() == [("hannah", party.code, "closed")]


async def test_without_the_control_permission_no_action_is_offered(browser_of: Browsers, party: Any) -> None:
    await made_by(party, "vera")
    vera = await browser_of("vera")
    for address in (LIST, page_of(party.code)):
        page = (await vera.get(address)).content.decode()
        assert party.code[:3] in page
        assert 'name="action"' not in page
    assert (await vera.post(ACT, {"action": "close", "room": party.code, "is_sure": "yes"})).status_code == 403
    assert (await vera.post(f"{page_of(party.code)}open/")).status_code == 403


async def test_actions_need_the_csrf_token(browser_of: Browsers, party: Any) -> None:
    root = AsyncClient(enforce_csrf_checks=True)
    await root.aforce_login(await account("root"))
    for address in (ACT, f"{page_of(party.code)}open/"):
        assert (await root.post(address, {"action": "close", "room": party.code, "is_sure": "yes"})).status_code == 403
    assert party.live.room.state == "LOBBY"


@pytest.mark.parametrize("address", [ACT, f"{LIST}ABC234/open/"])
async def test_actions_need_a_post(browser_of: Browsers, address: str) -> None:
    assert (await (await browser_of("root")).get(address)).status_code == 405


# Pages


async def test_the_list_shows_state_players_and_scores(browser_of: Browsers, party: Any) -> None:
    await party.start_round()
    await party.swipe()
    await party["Bob"].hang_up()
    await party.node.writer.flush()
    text = text_of(await (await browser_of("root")).get(LIST))
    for told in (f"{party.code[:3]} {party.code[3:]}", "Alice", "Round", "1 of 2", "Team Red 1", "worker"):
        assert told in text


@pytest.mark.parametrize(
    ("query", "is_found"), [("q=bob", True), ("q=dave", False), ("state=LOBBY", True), ("state=X", False)]
)
async def test_the_list_is_searched(browser_of: Browsers, party: Any, query: str, is_found: bool) -> None:
    root = await browser_of("root")
    for address in (LIST, f"{LIST}rows/"):
        assert (page_of(party.code) in (await root.get(f"{address}?{query}")).content.decode()) == is_found


async def test_a_rooms_page_shows_everything_but_the_word(browser_of: Browsers, party: Any) -> None:
    root = await browser_of("root")
    await party.start_round()
    played = party.live.room.round.word.text
    await party.swipe()
    live = party.live.room.round.word.text
    await party["Bob"].say("CREATE_SEAT_LINK")
    await party.node.writer.flush()
    for address in (page_of(party.code), f"{page_of(party.code)}live/"):
        text = text_of(await root.get(address))
        for told in ("Team Red", "Bob", "connected", "WORD_RESULT guessed", "ROUND_STARTED"):
            assert told in text, told
        assert not re.search(rf"{live}\b", text)
        assert "/seat/" not in text
    assert played != live


async def test_a_room_in_redis_is_shown_without_being_loaded(browser_of: Browsers, party: Any) -> None:
    for name in ("Alice", "Bob", "Carol"):
        await party[name].hang_up()
    party.time.now_ms += 11 * 60 * 1000
    await party.node.sweep()
    answer = await (await browser_of("root")).get(page_of(party.code))
    assert answer.status_code == 200
    assert "It sleeps in Redis." in text_of(answer)
    assert "PLAYER_JOINED" in text_of(answer)
    assert party.node.registry.get(party.code) is None


async def test_a_worker_that_does_not_answer_is_named_on_the_page(
    browser_of: Browsers, party: Any, make_node: Callable[[str], Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_rpc, "TIMEOUT_S", 0.1)
    await party.node.lease_guard.heartbeat()
    make_node("other")  # this process is another worker now, and nobody reads what is sent to the first
    root = await browser_of("root")
    page = await root.get(page_of(party.code))
    silent = "The worker worker has not answered within 2 seconds."
    assert f"{silent} This is the room as it was last written." in text_of(page)
    assert "Carol" in text_of(page)
    done = await act(root, "notice", party.code, message="Hello")
    assert f"“Send a notice” failed. {silent}" in text_of(done)
    assert await log() == [("root", party.code, f"“Send a notice” failed. {silent}")]


async def test_a_dead_worker_does_not_delay_the_page(
    browser_of: Browsers, party: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait_for_a_takeover(*arguments: Any, **options: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr("rooms.admin.worker_calls.TIMEOUT_S", 0.05)
    monkeypatch.setattr("rooms.admin.room_view.describe", wait_for_a_takeover)
    monkeypatch.setattr("rooms.admin.actions.send_command", wait_for_a_takeover)
    root = await browser_of("root")
    silent = "The worker worker has not answered within 2 seconds."
    assert silent in text_of(await root.get(page_of(party.code)))
    assert f"“Pause” failed. {silent}" in text_of(await act(root, "pause", party.code))


async def test_without_redis_the_pages_are_503(browser_of: Browsers, party: Any, settings: Any) -> None:
    root = await browser_of("root")
    cache = {**settings.CACHES["rooms"], "LOCATION": "unix:///nowhere/redis.sock"}
    settings.CACHES = {**settings.CACHES, "rooms": cache}
    for address in (LIST, f"{LIST}rows/", page_of(party.code), f"{page_of(party.code)}live/"):
        answer = await root.get(address)
        assert answer.status_code == 503
        assert "Redis does not answer" in text_of(answer)
    assert (await root.post(ACT, {"action": "pause", "room": party.code})).status_code == 503


@pytest.mark.parametrize("code", ["ABC234", "abc234", "READYZ", "x", "pf:rooms"])
async def test_a_room_that_is_not_there_is_not_found(browser_of: Browsers, code: str) -> None:
    assert (await (await browser_of("root")).get(page_of(code))).status_code == 404


async def test_hostile_names_are_text(browser_of: Browsers, throw: Any, node: Node) -> None:
    party = await throw("Alice")
    await party.come(EVIL)
    party.live.room.host.name = "{{ 7|add:7 }}<b>"
    await party.host.say("START_TEAM_SETUP", {"numTeams": 2})
    await party.node.writer.flush()
    root = await browser_of("root")
    for address in (LIST, f"{LIST}rows/?q=%3Cimg", page_of(party.code), f"{page_of(party.code)}live/"):
        page = (await root.get(address)).content.decode()
        assert EVIL not in page
        assert "{{ 7|add:7 }}&lt;b&gt;" in page
    asked = await act(root, "kick", party.code, player_id=party[EVIL].actor_id)
    assert "&lt;img src=x&gt;" in asked.content.decode()
    done = await act(root, "kick", party.code, player_id=party[EVIL].actor_id, is_sure="yes", next=page_of(party.code))
    assert "&lt;img src=x&gt; was removed" in done.content.decode()
    assert EVIL not in done.content.decode()


# Actions


async def test_a_round_is_paused_and_resumed(browser_of: Browsers, party: Any) -> None:
    root = await browser_of("root")
    await party.start_round()
    answer = await act(root, "pause", party.code, next=page_of(party.code))
    assert f"{party.code[:3]} {party.code[3:]}: paused" in text_of(answer)
    assert party.live.room.state == "ROUND_PAUSED"
    await act(root, "resume", party.code)
    assert party.live.room.state == "ROUND_ACTIVE"
    assert await log() == [("root", party.code, "paused"), ("root", party.code, "resumed")]


async def test_a_rejected_command_is_reported(browser_of: Browsers, party: Any) -> None:
    answer = await act(await browser_of("root"), "pause", party.code)
    assert "“Pause” failed. Not possible in LOBBY." in text_of(answer)
    assert await log() == [("root", party.code, "“Pause” failed. Not possible in LOBBY.")]


async def test_the_review_is_cut_short(browser_of: Browsers, party: Any) -> None:
    await party.start_round()
    await party.wait(61_000)
    assert party.live.room.state == "SCORE_REVIEW"
    await act(await browser_of("root"), "next", party.code)
    assert party.live.room.state == "ROUND_STARTING"


async def test_an_action_is_executed_on_many_rooms(browser_of: Browsers, party: Any, throw: Any) -> None:
    other = await throw("Alice", "Bob")
    await other.node.writer.flush()
    root = await browser_of("root")
    asked = await act(root, "notice", party.code, other.code)
    assert "Everybody in the room reads it" in text_of(asked)
    answer = await act(root, "notice", party.code, other.code, message="We close at ten.")
    assert "a notice was sent: “We close at ten.”" in text_of(answer)
    for guest in (party.host, party["Bob"], other.host):
        assert guest.received("NOTICE")[-1]["message"] == "We close at ten."
    assert {code for _, code, _ in await log()} == {party.code, other.code}


async def test_an_empty_notice_is_not_sent(browser_of: Browsers, party: Any) -> None:
    answer = await act(await browser_of("root"), "notice", party.code, message=" ")
    assert "This field is required." in text_of(answer)
    assert not party.host.received("NOTICE")


async def test_closing_must_be_confirmed(browser_of: Browsers, party: Any) -> None:
    root = await browser_of("root")
    assert "This cannot be undone." in text_of(await act(root, "close", party.code))
    assert party.live.room.state == "LOBBY"
    answer = await act(root, "close", party.code, is_sure="yes", next=page_of(party.code))
    assert answer.status_code == 200, "one is led to the list, for the room has no page any more"
    assert party["Bob"].close_code == 4410
    assert await log() == [("root", party.code, "closed")]


async def test_a_player_is_removed(browser_of: Browsers, party: Any) -> None:
    root, bob = await browser_of("root"), party["Bob"]
    asked = await act(root, "kick", party.code, player_id=bob.actor_id)
    assert "Bob" in text_of(asked)
    assert bob.close_code is None
    await act(root, "kick", party.code, player_id=bob.actor_id, is_sure="yes")
    assert bob.close_code == 4403
    assert await log() == [("root", party.code, "Bob was removed")]


async def test_an_unknown_player_cannot_be_removed(browser_of: Browsers, party: Any) -> None:
    answer = await act(await browser_of("root"), "kick", party.code, player_id="player_099", is_sure="yes")
    assert "player_099 is not one of the available choices" in text_of(answer)
    assert await log() == []


async def test_a_player_is_made_the_host(browser_of: Browsers, party: Any) -> None:
    root, bob = await browser_of("root"), party["Bob"]
    await act(root, "make-host", party.code, player_id=bob.actor_id, is_sure="yes")
    assert party.live.room.host_id == bob.actor_id
    assert await log() == [("root", party.code, "Bob is the host now")]


async def test_only_settings_that_were_changed_are_sent(browser_of: Browsers, party: Any) -> None:
    root = await browser_of("root")
    shown = {"num_teams": "2", "round_duration_sec": "60", "target_score": "0", "skip_penalty": "0"}
    was = {f"initial-{name}": value for name, value in shown.items()}
    await party.host.say("UPDATE_SETTINGS", {"settings": {"roundDurationSec": 90}})
    await act(root, "settings", party.code, **was, **{**shown, "num_teams": "3", "target_score": "20"})
    settings = party.live.room.settings
    assert (settings.num_teams, settings.target_score, settings.round_duration_sec) == (3, 20, 90)
    assert await log() == [("root", party.code, "settings were changed: numTeams 3, targetScore 20")]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("num_teams", "9", "less than or equal to 5"),
        ("target_score", "3", "5 to 200"),
        ("word_pack_ids", "secret", "not one of the available choices"),
        ("num_teams", "", "Nothing here is to be changed."),
    ],
)
async def test_invalid_settings_are_refused(
    browser_of: Browsers, party: Any, field: str, value: str, said: str
) -> None:
    answer = await act(await browser_of("root"), "settings", party.code, **{field: value})
    assert said in text_of(answer)
    assert await log() == []


async def test_settings_stay_as_they_are_during_a_game(browser_of: Browsers, party: Any) -> None:
    await party.start_round()
    answer = await act(await browser_of("root"), "settings", party.code, num_teams="3")
    assert "“Change settings” failed." in text_of(answer)


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
async def test_there_is_no_redirect_to_another_site(browser_of: Browsers, party: Any, wanted: str) -> None:
    root = await browser_of("root")
    answer = await root.post(ACT, {"action": "notice", "room": party.code, "message": "Hi", "next": wanted})
    assert answer["Location"] == LIST


async def test_an_action_without_an_existing_room_is_reported(browser_of: Browsers, party: Any) -> None:
    root = await browser_of("root")
    for codes in ([], ["ABC234"]):
        assert "Choose a room that is still there." in text_of(await act(root, "pause", *codes))
    assert (await root.post(ACT, {"action": "dance", "room": party.code})).status_code == 400


async def test_a_rooms_page_shows_its_audit_log(browser_of: Browsers, party: Any) -> None:
    root = await browser_of("root")
    await act(root, "notice", party.code, message="Hello <b>")
    page = await root.get(page_of(party.code))
    assert "root : a notice was sent: “Hello <b>”" in text_of(page)
    assert page_of(party.code) in (await root.get("/admin/")).content.decode(), "the admin's own log leads to the room"


# Opening as host


async def test_opening_a_room_as_host_changes_no_secret(browser_of: Browsers, party: Any) -> None:
    root, before = await browser_of("root"), party.live.room.host.session
    asked = await root.post(f"{page_of(party.code)}open/")
    assert "open on another device" in text_of(asked)
    answer = await root.post(f"{page_of(party.code)}open/", {"is_sure": "yes"})
    assert answer["Location"] == f"/host/{party.code}/"
    cookie = answer.cookies[host_cookie(party.code)]
    assert cookie["httponly"]
    assert creator_pass.is_valid_for(cookie.value, party.code, party.live.room.created_at_ms)
    assert (await root.get(f"/host/{party.code}/")).status_code == 200
    assert party.live.room.host.session == before
    assert party.host.close_code is None, "a look at the page takes nobody's seat"
    assert await log() == [("root", party.code, "opened as host")]


async def test_opening_as_host_needs_no_confirmation_while_the_host_is_away(browser_of: Browsers, party: Any) -> None:
    await party.host.hang_up()
    await party.node.writer.flush()
    answer = await (await browser_of("root")).post(f"{page_of(party.code)}open/")
    assert answer["Location"] == f"/host/{party.code}/"


async def test_the_seat_of_a_host_who_plays_cannot_be_opened(browser_of: Browsers, party: Any) -> None:
    root = await browser_of("root")
    await act(root, "make-host", party.code, player_id=party["Bob"].actor_id, is_sure="yes")
    await party.node.writer.flush()
    answer = await root.post(f"{page_of(party.code)}open/", {"is_sure": "yes", "next": page_of(party.code)})
    assert host_cookie(party.code) not in answer.cookies
    assert "Bob plays, and is the host now" in text_of(await root.get(answer["Location"]))
