"""What a real server logs of a whole game: who did what, and no secret, no word."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.guest import Guest
from tests.support.party import Party
from tests.support.site import Response, Site
from tests.system.test_production import FROM_PROXY, PRODUCTION


class ProxiedSite(Site):
    """A site in production, asked as if through its proxy."""

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(env)
        self.origin = PRODUCTION["PUBLIC_URL"]

    async def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        return await super().request(method, path, body, {**FROM_PROXY, **(headers or {})})


async def play(site: Site) -> tuple[Party, set[str], set[str]]:
    """A game with a return, a refusal and a seat on another phone; the party, its secrets and its words."""
    words: set[str] = set()
    async with await Party.throw(site, settings={"wordHolder": "explainer"}) as party:
        await party.start_game()
        for action in ("guessed", "skipped", "guessed"):
            word = party.holder.mirror.word
            assert word is not None
            words.add(word["wordText"])
            await party.swipe(action)
        bob, carol = party.guest("Bob"), party.guest("Carol")
        bob.send_raw(b'{"type":"CONNECT","payload":{"sessionId":"' + bob.session_id.encode() + b'"')
        await bob.expect("ERROR")
        carol.drop()
        await carol.reconnect()
        carol.send("CREATE_SEAT_LINK")
        link = (await carol.expect("SEAT_LINK"))["url"]
        new_secret = await take_seat(site, "/" + link.split("/", 3)[3])
        assert await carol.closed() == 4409
        await party.end_game()
        secrets = {guest.session_id for guest in party.guests} | {link.rsplit("/", 1)[1], new_secret}
        async with Guest(site, party.room_id, "Thief") as thief:
            await thief.open()
            thief.send("CONNECT", {"role": "player", "sessionId": "stolen-" + "x" * 40}, actorId="")
            await thief.expect("ERROR")
        secrets.add("stolen-" + "x" * 40)
    return party, secrets, words


async def take_seat(site: Site, path: str) -> str:
    """Open a seat link on another phone and press the button; the seat's new secret."""
    page = await site.get(path)
    (cookie, token) = next(pair for pair in page.cookies.items() if pair[0].endswith("csrftoken"))
    headers = {"Cookie": f"{cookie}={token}", "X-CSRFToken": token, "Origin": site.origin}
    answer = await site.request("POST", path, headers=headers)
    assert answer.status == 200, answer.body[:500]
    return str(answer.json()["sessionId"])


@pytest.mark.parametrize("mode", ["development", "production"])
async def test_a_game_at_the_level_debug_leaves_no_secret_and_no_word_in_the_log(mode: str) -> None:
    is_production = mode == "production"
    site = ProxiedSite({**PRODUCTION, "LOG_LEVEL": "DEBUG"}) if is_production else Site({"LOG_LEVEL": "DEBUG"})
    try:
        site.start()
        party, secrets, words = await play(site)
        assert site.stop() == 0
        log = site.log()
    finally:
        site.dispose()
    assert not words_in(log, words)
    assert not [secret for secret in secrets if secret in log]
    assert "Traceback" not in log
    assert f"/{party.room_id}/seat/…" in log or f"/{party.room_id}/seat/\\u2026" in log
    if is_production:
        check_lines_of_sockets(log, party)
    else:
        assert f"actor={party.guest('Bob').actor_id}" in log


def words_in(log: str, words: set[str]) -> set[str]:
    """Which of the game's words stand in the log."""
    assert len(words) >= 3
    return {word for word in words if word.lower() in log.lower()}


def check_lines_of_sockets(log: str, party: Party) -> None:
    """Each line is a JSON object; whoever came has also gone, and is known by the same session all the way."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert len(lines) > 20
    assert {line["worker"] for line in lines} == {lines[0]["worker"]}
    entered = [line for line in lines if line["event"] == "Socket entered"]
    closed = [line for line in lines if line["event"] == "Socket closed"]
    assert {line["actor"] for line in entered} == {guest.actor_id for guest in party.guests}
    assert [line["actor"] for line in entered].count(party.guest("Carol").actor_id) == 2
    for line in (*entered, *closed):
        assert line["room"] == party.room_id
        assert {"level", "timestamp", "logger"} <= line.keys()
    assert len(closed) == len(entered) + 1, "the thief never entered"
    sessions = {line["actor"]: line["session"] for line in entered}
    assert all(sessions[line["actor"]] == line["session"] for line in closed if "actor" in line)
    assert {4401, 4409} <= {line["code"] for line in closed}
    requests = [line for line in lines if line["event"] == "Request"]
    assert {("POST", "/api/rooms", 201)} <= {(line["method"], line["path"], line["status"]) for line in requests}
    assert all(line["path"] not in ("/healthz", "/readyz", "/metrics") for line in requests)


async def test_what_probes_ask_is_not_logged(build_site: Callable[..., Site]) -> None:
    site = build_site()
    site.start()
    for path in ("/healthz", "/readyz", "/metrics", "/static/js/protocol.js"):
        assert (await site.get(path)).status == 200
    assert (await site.get("/no/such/page")).status == 404
    requests = [line for line in site.log().splitlines() if "[partyflow.observability.access_log]" in line]
    assert len(requests) == 1
    assert "path=/no/such/page" in requests[0]
