"""Rooms over plain HTTP, and the protocol for machines."""

import json
from typing import Any

import pytest
from django.test import AsyncClient

from rooms.cluster.node import Node
from rooms.errors import Unavailable

ASK = "/api/rooms"


@pytest.fixture
def client(node: Node, words: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncClient:
    async def load() -> Any:
        return words

    monkeypatch.setattr("rooms.web.api.load_library", load)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    return AsyncClient()


async def post(client: AsyncClient, body: Any) -> Any:
    return await client.post(ASK, body if isinstance(body, bytes) else json.dumps(body), "application/json")


async def test_a_room_is_made(client: AsyncClient, node: Node) -> None:
    answer = await post(client, {"hostName": "Alice", "settings": {"numTeams": 3}})
    assert answer.status_code == 201
    room = answer.json()
    code = room["roomId"]
    assert room == {
        "roomId": code,
        "hostId": "host_1",
        "sessionId": room["sessionId"],
        "qrCodeUrl": f"http://testserver/{code}",
        "hostUrl": f"http://testserver/host/{code}/",
        "stageUrl": f"http://testserver/stage/{code}/",
        "wsUrl": f"ws://testserver/ws/?roomId={code}",
    }
    assert not answer.cookies
    live = await node.registry.find(code)
    assert live is not None
    assert (live.room.settings.num_teams, live.room.settings.word_pack_ids) == (3, ("things",))


async def test_what_everybody_may_know_of_it(client: AsyncClient, throw: Any) -> None:
    party = await throw("Alice", "Bob")
    for code in (party.code, party.code.lower()):
        answer = await client.get(f"{ASK}/{code}")
        assert answer.json() == {
            "roomId": party.code,
            "state": "LOBBY",
            "playerCount": 1,
            "maxPlayers": 10,
            "joinable": True,
        }


@pytest.mark.parametrize("code", ["ZZZZZZ", "READYZ", "x", "A" * 64])
async def test_an_unknown_room_is_404(client: AsyncClient, code: str) -> None:
    answer = await client.get(f"{ASK}/{code}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ROOM_NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "MALFORMED_MESSAGE"),
        (b"[]", 400, "MALFORMED_MESSAGE"),
        (b"{}", 400, "MALFORMED_MESSAGE"),
        (b"\xff", 400, "MALFORMED_MESSAGE"),
        (b"[" * 5_000, 400, "MALFORMED_MESSAGE"),
        ({"hostName": 5}, 400, "MALFORMED_MESSAGE"),
        ({"hostName": "Alice", "settings": []}, 400, "MALFORMED_MESSAGE"),
        ({"hostName": ""}, 400, "NAME_INVALID"),
        ({"hostName": "x" * 21}, 400, "NAME_INVALID"),
        ({"hostName": "Alice", "settings": {"numTeams": 6}}, 400, "INVALID_SETTINGS"),
        ({"hostName": "Alice", "settings": {"colour": "red"}}, 400, "INVALID_SETTINGS"),
        ({"hostName": "Alice", "settings": {"language": 5}}, 400, "INVALID_SETTINGS"),
        ({"hostName": "Alice", "settings": {"wordPackIds": ["none"]}}, 400, "INVALID_SETTINGS"),
        (b" " * 20_000, 413, "TOO_LARGE"),
    ],
)
async def test_a_bad_request_says_why(client: AsyncClient, body: Any, status: int, code: str) -> None:
    answer = await post(client, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"]


async def test_other_methods_are_refused(client: AsyncClient) -> None:
    assert (await client.get(ASK)).status_code == 405
    assert (await client.delete(f"{ASK}/ABC234")).status_code == 405


async def test_while_redis_is_away_the_answer_is_to_try_again(
    client: AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*args: Any) -> Any:
        raise Unavailable("Please try again.")

    monkeypatch.setattr(node.registry, "create", fail)
    monkeypatch.setattr(node.registry, "summary", fail)
    for answer in (await post(client, {"hostName": "Alice"}), await client.get(f"{ASK}/ABC234")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVER_BUSY")
        assert answer["Retry-After"] == "5"


async def test_the_protocol_is_there_for_machines(client: AsyncClient) -> None:
    answer = await client.get("/api/asyncapi.yaml")
    assert answer["Content-Type"].startswith("application/yaml")
    assert b"asyncapi" in answer.content[:200]
