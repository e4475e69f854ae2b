"""A host's own word packs: there in the rooms that their account makes, and unknown everywhere else."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from gameplay.engine import commands
from gameplay.engine.model import Settings, Word
from gameplay.words.library import PackInfo, WordLibrary
from rooms.access.sessions import host_cookie
from rooms.cluster.node import Node
from rooms.conftest import THINGS, WORDS
from rooms.web.test_room_pages import FORM

pytestmark = pytest.mark.django_db(transaction=True)

OURS = PackInfo(
    id="ours", name="Our street", language="en", is_default=False, word_count=40, by_difficulty={"easy": 40}, min_age=16
)
OUR_WORDS = [Word(ref=1000 + number, text=f"Ours{number}", difficulty="easy", pack_id="ours") for number in range(40)]


@pytest.fixture
async def alice() -> User:
    return await User.objects.acreate(username="alice")


@pytest.fixture
def words(alice: User, monkeypatch: pytest.MonkeyPatch) -> WordLibrary:
    """Everybody's things, and Alice's street."""
    library = WordLibrary([THINGS, OURS], [*WORDS, *OUR_WORDS], owners={"ours": alice.pk})

    async def load() -> WordLibrary:
        return library

    monkeypatch.setattr("rooms.cluster.node.current_library", lambda: library)
    for module in ("rooms.cluster.node", "rooms.web.home", "rooms.web.room_pages", "rooms.web.api"):
        monkeypatch.setattr(f"{module}.load_library", load)
    return library


@pytest.fixture
async def browser(alice: User, node: Node, settings: Any) -> Callable[[str], Any]:
    """Opens browsers: ``await browser("alice")`` is logged in, ``await browser("")`` is not."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]

    async def open_one(name: str) -> AsyncClient:
        client = AsyncClient()
        if name:
            user, _ = await User.objects.aget_or_create(username=name)
            await client.aforce_login(user)
        return client

    return open_one


async def test_the_form_offers_them_to_their_owner(browser: Any) -> None:
    page = (await (await browser("alice")).get("/")).content.decode()
    assert "Our street" in page
    assert "yours" in page
    assert "from 16" in page


@pytest.mark.parametrize("name", ["", "bob"])
async def test_and_to_nobody_else(browser: Any, name: str) -> None:
    somebody = await browser(name)
    page = (await somebody.get("/")).content.decode()
    assert "Our street" not in page
    assert (await somebody.post("/rooms/", {**FORM, "word_pack_ids": ["ours"]})).status_code == 422
    body = json.dumps({"hostName": "Bob", "settings": {"wordPackIds": ["ours"]}})
    answer = await somebody.post("/api/rooms", body, "application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_SETTINGS")


async def test_a_room_is_made_with_them(browser: Any, node: Node) -> None:
    owner = await browser("alice")
    answer = await owner.post("/rooms/", {**FORM, "word_pack_ids": ["ours"]})
    live = await node.registry.find(answer["Location"].split("/")[2])
    assert live is not None
    assert live.room.settings.word_pack_ids == ("ours",)
    body = json.dumps({"hostName": "Alice", "settings": {"wordPackIds": ["ours"]}})
    assert (await owner.post("/api/rooms", body, "application/json")).status_code == 201


async def test_the_hosts_page_of_their_room_offers_them(browser: Any, node: Node, alice: User) -> None:
    for creator_id, is_there in ((alice.pk, True), (None, False)):
        room = await node.registry.create("Alice", Settings(word_pack_ids=("things",)), creator_id)
        client = await browser("")
        client.cookies[host_cookie(room.code)] = room.session_id
        page = (await client.get(f"/host/{room.code}/")).content.decode()
        offered = re.search(r'<script id="packs" type="application/json">(.*?)</script>', page)
        assert offered is not None
        assert ("ours" in [pack["id"] for pack in json.loads(offered[1])]) == is_there
        assert str(alice.pk) not in json.loads(offered[1])[0].values()


async def choose(host: Any, *pack_ids: str, **more: Any) -> str:
    """Send the packs; the type of the answer, or the code of the error."""
    [answer] = await host.say("UPDATE_SETTINGS", {"settings": {"wordPackIds": list(pack_ids), **more}})
    return str(answer["code"]) if answer.type == "ERROR" else str(answer.type)


async def test_in_the_room_they_are_for_who_made_it_to_choose(throw: Any, alice: User) -> None:
    party = await throw("Alice", "Bob")
    assert await choose(party.host, "ours") == "INVALID_SETTINGS"
    party.live.room.creator_id = alice.pk
    assert await choose(party.host, "ours") == "SETTINGS_UPDATED"


async def test_who_is_made_the_host_cannot_choose_them_but_may_leave_them_chosen(throw: Any, alice: User) -> None:
    party = await throw("Alice", "Bob")
    party.live.room.creator_id = alice.pk
    party.live.execute(party.live.room.host_id, commands.TransferHost(player_id=party["Bob"].actor_id))
    assert await choose(party["Bob"], "things", "ours") == "INVALID_SETTINGS"
    party.live.room.settings = Settings(word_pack_ids=("ours",), word_holder="explainer")
    assert await choose(party["Bob"], "ours", roundDurationSec=45) == "SETTINGS_UPDATED"
    assert await choose(party["Bob"], "ours", "things") == "SETTINGS_UPDATED"
    assert await choose(party["Bob"], "things") == "SETTINGS_UPDATED"
    assert await choose(party["Bob"], "ours") == "INVALID_SETTINGS"
