"""What hosts with an account have on the home page: all the rules, names for teams, presets; and doors that close."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from gameplay.models import RoomPreset
from rooms.cluster.node import Node
from rooms.web import presets
from rooms.web.test_room_pages import FORM, text_of

pytestmark = pytest.mark.django_db(transaction=True)

WISHES = {
    **FORM,
    "difficulty": "easy",
    "skip_penalty": "-1",
    "target_score": "30",
    "team_name_1": "Cats",
    "team_name_2": "",
    "team_name_3": "Dogs",
    "preset_name": "Family",
}


@pytest.fixture
def make_browser(node: Node, words: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens browsers: ``await make_browser("alice")`` is logged in, ``await make_browser()`` is not."""

    async def load() -> Any:
        return words

    for module in ("home", "room_pages", "api"):
        monkeypatch.setattr(f"rooms.web.{module}.load_library", load)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]

    async def make(name: str = "") -> AsyncClient:
        browser = AsyncClient()
        if name:
            user, _ = await User.objects.aget_or_create(username=name)
            await browser.aforce_login(user)
        return browser

    return make


@pytest.fixture
async def alice(make_browser: Any) -> AsyncClient:
    browser: AsyncClient = await make_browser("alice")
    return browser


async def room_of(node: Node, answer: Any) -> Any:
    assert answer.status_code == 302, text_of(answer)
    live = await node.registry.find(answer["Location"].split("/")[2])
    assert live is not None
    return live.room


def ticked(page: str) -> set[str]:
    """The names and values of all boxes that are ticked."""
    return {f"{name}={value}" for name, value in re.findall(r'name="(\w+)" value="([^"]*)" checked', page)}


async def test_a_host_has_all_the_rules(alice: AsyncClient, node: Node) -> None:
    room = await room_of(node, await alice.post("/rooms/", WISHES))
    chosen = room.settings
    assert (chosen.difficulty, chosen.skip_penalty, chosen.target_score, chosen.round_duration_sec) == (
        "easy", -1, 30, 45,
    )  # fmt: skip
    assert room.team_names == ("Cats", "", "Dogs", "", "")


async def test_the_short_form_does_as_well(alice: AsyncClient, node: Node) -> None:
    room = await room_of(node, await alice.post("/rooms/", FORM))
    assert (room.settings.difficulty, room.settings.skip_penalty, room.settings.target_score) == ("mixed", 0, None)
    assert room.team_names == ("", "", "", "", "")


async def test_without_an_account_names_for_teams_are_not_heard(make_browser: Any, node: Node) -> None:
    room = await room_of(node, await (await make_browser()).post("/rooms/", WISHES))
    assert (room.team_names, room.settings.target_score) == ((), None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"team_name_1": "x" * 21}, "1 to 20 visible characters"),
        ({"team_name_2": "\u202esgoD"}, "1 to 20 visible characters"),
        ({"team_name_1": "dogs"}, "No two teams can have the same name"),
        ({"team_name_1": "team blue"}, "No two teams can have the same name"),
        ({"target_score": "3"}, "greater than or equal to 5"),
    ],
)
async def test_what_is_wrong_with_the_rules_is_said(alice: AsyncClient, wrong: dict[str, str], said: str) -> None:
    for address in ("/rooms/", "/presets/"):
        answer = await alice.post(address, {**WISHES, **wrong})
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert re.search(r'<details class="rules"[^>]* open>', answer.content.decode())
    assert await RoomPreset.objects.acount() == 0


# Presets


async def test_a_preset_fills_the_form_in_and_makes_the_same_room(alice: AsyncClient, node: Node) -> None:
    answer = await alice.post("/presets/", WISHES)
    preset = await RoomPreset.objects.aget()
    assert (answer.status_code, answer["Location"]) == (302, f"/?preset={preset.pk}")
    page = (await alice.get(answer["Location"])).content.decode()
    assert ticked(page) >= {
        "num_teams=3", "round_duration_sec=45", "rounds_per_team=2", "word_holder=explainer", "difficulty=easy",
        "skip_penalty=-1", "word_pack_ids=things",
    }  # fmt: skip
    for value in ("Cats", "Dogs", "30", "Family"):
        assert f'value="{value}"' in page
    assert await node.store.redis.zcard("pf:rooms") == 0


async def test_the_same_name_replaces_a_preset(alice: AsyncClient) -> None:
    await alice.post("/presets/", WISHES)
    await alice.post("/presets/", {**WISHES, "num_teams": "5"})
    preset = await RoomPreset.objects.aget()
    assert preset.settings["numTeams"] == 5


async def test_a_preset_needs_a_name(alice: AsyncClient) -> None:
    answer = await alice.post("/presets/", {**WISHES, "preset_name": " "})
    assert answer.status_code == 422
    assert "Give the preset a name." in text_of(answer)


async def test_there_is_an_end_to_presets(alice: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets, "MAX_PRESETS", 1)
    await alice.post("/presets/", WISHES)
    answer = await alice.post("/presets/", {**WISHES, "preset_name": "Office"})
    assert "You have too many presets" in text_of(answer)
    assert (await alice.post("/presets/", WISHES)).status_code == 302


async def test_packs_that_are_gone_are_left_out_of_a_preset(alice: AsyncClient) -> None:
    await alice.post("/presets/", WISHES)
    preset = await RoomPreset.objects.aget()
    preset.settings |= {"wordPackIds": ["things", "gone"], "language": "xx"}
    await preset.asave()
    answer = await alice.get(f"/?preset={preset.pk}")
    assert answer.status_code == 200
    assert "word_pack_ids=things" in ticked(answer.content.decode())
    assert "gone" not in answer.content.decode()


async def test_a_preset_is_its_owners_alone(alice: AsyncClient, make_browser: Any) -> None:
    await alice.post("/presets/", WISHES)
    preset = await RoomPreset.objects.aget()
    for name in ("", "bob"):
        somebody = await make_browser(name)
        page = (await somebody.get(f"/?preset={preset.pk}")).content.decode()
        assert "Family" not in page
        assert "Cats" not in page
        answer = await somebody.post(f"/presets/{preset.pk}/delete/")
        assert answer.status_code == (302 if name else 404)
    assert await RoomPreset.objects.acount() == 1
    await alice.post(f"/presets/{preset.pk}/delete/")
    assert await RoomPreset.objects.acount() == 0


async def test_without_an_account_nothing_is_kept(make_browser: Any) -> None:
    somebody = await make_browser()
    assert "Save as preset" not in (await somebody.get("/")).content.decode()
    assert (await somebody.post("/presets/", WISHES)).status_code == 403
    assert await RoomPreset.objects.acount() == 0


async def test_hostile_names_are_shown_as_text(alice: AsyncClient) -> None:
    evil = '"><script>alert(1)</script>'
    await alice.post("/presets/", {**WISHES, "preset_name": evil, "team_name_1": "<b>&</b>"})
    preset = await RoomPreset.objects.aget()
    page = (await alice.get(f"/?preset={preset.pk}")).content.decode()
    assert "<script>alert" not in page
    assert "<b>&" not in page


# Rooms for accounts only


async def test_rooms_can_be_left_to_hosts_with_an_account(
    make_browser: Any, alice: AsyncClient, node: Node, settings: Any
) -> None:
    settings.ANONYMOUS_ROOMS = False
    somebody = await make_browser()
    page = (await somebody.get("/")).content.decode()
    assert 'action="/rooms/"' not in page
    assert 'href="/admin/login/?next=/"' in page
    assert 'id="code"' in page, "joining is for everybody"
    assert (await somebody.post("/rooms/", FORM)).status_code == 403
    answer = await somebody.post("/api/rooms", json.dumps({"hostName": "Bob"}), "application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "UNAUTHORIZED")
    assert await node.store.redis.zcard("pf:rooms") == 0

    assert (await alice.post("/rooms/", FORM)).status_code == 302
    answer = await alice.post("/api/rooms", json.dumps({"hostName": "Alice"}), "application/json")
    assert answer.status_code == 201
