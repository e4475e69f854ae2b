"""Rooms over plain HTTP, and the addresses that machines ask."""

import json
import re
from typing import Any

import pytest

from tests.support.concurrent_tests import together
from tests.support.party import CAST, Party
from tests.support.site import Site

CODE = re.compile(r"[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{6}")


@together
async def test_a_room_is_created_and_described(site: Site) -> None:
    answer = await site.post_json("/api/rooms", {"hostName": "Alice"})
    assert answer.status == 201
    room = answer.json()
    code = room["roomId"]
    assert CODE.fullmatch(code)
    assert room["qrCodeUrl"].endswith(f"/{code}")
    assert room["hostUrl"].endswith(f"/host/{code}/")
    assert room["stageUrl"].endswith(f"/stage/{code}/")
    assert room["wsUrl"].endswith(f"/ws/?roomId={code}")
    assert room["wsUrl"].startswith("ws://")
    assert not any(room["sessionId"] in room[key] for key in ("qrCodeUrl", "hostUrl", "stageUrl", "wsUrl"))
    assert len(room["sessionId"]) >= 22
    for spelling in (code, code.lower()):
        facts = await site.get(f"/api/rooms/{spelling}")
        assert facts.json() == {
            "roomId": code, "state": "ROOM_CREATED", "playerCount": 0, "maxPlayers": 10, "joinable": True,
        }  # fmt: skip


@together
async def test_the_facts_follow_the_game(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:

        async def facts() -> dict[str, Any]:
            return dict((await site.get(f"/api/rooms/{party.room_id}")).json())

        assert ((await facts())["state"], (await facts())["playerCount"]) == ("LOBBY", 2)
        await party.start_game()
        assert ((await facts())["state"], (await facts())["joinable"]) == ("ROUND_ACTIVE", True)
        party.host.send("LOCK_ROOM")
        await party.host.expect("ROOM_LOCKED")
        assert not (await facts())["joinable"]


@together
async def test_settings_are_taken_over(site: Site) -> None:
    settings = {"numTeams": 3, "roundDurationSec": 10, "targetScore": 5, "skipPenalty": -1, "wordHolder": "explainer"}
    created = await site.create_room("Alice", settings)
    party = Party(site, created.room_id, settings)
    held = (await party.look())["settings"]
    assert {key: held[key] for key in settings} == settings
    assert (held["roundsPerTeam"], held["difficulty"], held["language"]) == (3, "mixed", "en")


BAD_SETTINGS: list[dict[str, Any]] = [
    {"numTeams": 1}, {"numTeams": 6}, {"numTeams": "2"}, {"numTeams": 2.5}, {"numTeams": None}, {"numTeams": True},
    {"roundDurationSec": 9}, {"roundDurationSec": 181}, {"roundsPerTeam": 0}, {"roundsPerTeam": 11},
    {"targetScore": 4}, {"targetScore": 201}, {"skipPenalty": 1}, {"skipPenalty": -2},
    {"difficulty": "impossible"}, {"wordHolder": "guesser"}, {"wordPackIds": ["no_such_pack"]}, {"wordPackIds": []},
    {"wordPackIds": "default_animals"}, {"colour": "mauve"}, {"roundDurationSec": 30, "numteams": 2},
]  # fmt: skip


@together
async def test_bad_settings_are_refused_by_rest_and_by_socket_alike(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        before = await party.look()
        for settings in BAD_SETTINGS:
            answer = await site.post_json("/api/rooms", {"hostName": "Alice", "settings": settings})
            assert answer.status == 400, settings
            assert answer.json()["error"]["code"] == "INVALID_SETTINGS", settings
            assert answer.json()["error"]["message"]
            assert await party.host.refused("UPDATE_SETTINGS", {"settings": settings}) == "INVALID_SETTINGS", settings
        assert await party.look() == before


@pytest.mark.parametrize("name", ["", "  ", "x" * 21, "\u202ealice", "a\tb"])
@together
async def test_a_bad_host_name_is_refused(site: Site, name: str) -> None:
    answer = await site.post_json("/api/rooms", {"hostName": name})
    assert (answer.status, answer.json()["error"]["code"]) == (400, "NAME_INVALID")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"hostName":5}', b"{}", b'{"hostName":"A","settings":[]}', b"\xff", b"x" * 100_000],
)
@together
async def test_an_unreadable_body_is_a_400(site: Site, body: bytes) -> None:
    answer = await site.request("POST", "/api/rooms", body, {"Content-Type": "application/json"})
    assert answer.status in {400, 413}
    assert {"code", "message"} <= answer.json()["error"].keys()


@pytest.mark.parametrize("code", ["ZZZZZZ", "zzzzzz", "READYZ", "HEALTH"])
@together
async def test_an_unknown_room_is_a_404(site: Site, code: str) -> None:
    answer = await site.get(f"/api/rooms/{code}")
    assert (answer.status, answer.json()["error"]["code"]) == (404, "ROOM_NOT_FOUND")


@together
async def test_other_methods_are_refused(site: Site) -> None:
    created = await site.create_room()
    assert (await site.get("/api/rooms")).status == 405
    assert (await site.request("DELETE", f"/api/rooms/{created.room_id}")).status == 405


@together
async def test_machines_are_answered(site: Site) -> None:
    assert (await site.get("/healthz")).status == 200
    assert (await site.get("/readyz")).status == 200
    metrics = await site.get("/metrics")
    assert metrics.status == 200
    assert b"# TYPE" in metrics.body
    spec = await site.get("/api/asyncapi.yaml")
    assert spec.status == 200
    assert b"asyncapi: 3" in spec.body or b'asyncapi: "3' in spec.body or b"asyncapi: '3" in spec.body


@together
async def test_every_page_of_a_room_is_served(site: Site) -> None:
    created = await site.create_room()
    code = created.room_id
    for path in ("/", f"/{code}", f"/{code.lower()}", f"/stage/{code}/"):
        answer = await site.get(path)
        assert answer.status == 200, path
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert created.session_id.encode() not in answer.body
    assert (await site.get(f"/host/{code}/")).status == 403, "without the cookie"
    picture = await site.get(f"/{code}/qr.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert (await site.get("/ZZZZZZ")).status == 404
    assert (await site.get("/stage/ZZZZZZ/")).status == 404
    assert json.loads((await site.get("/api/rooms/ZZZZZZ")).body)["error"]["message"]
