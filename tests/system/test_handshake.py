"""The handshake, row by row: who gets in, and how the others are told why not."""

import asyncio
import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.message_rules import LATEST, checksum
from tests.support.party import CAST, CROWD, FEW_WORDS, Party
from tests.support.site import Site


@together
async def test_connected_says_everything_a_page_needs(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        for guest, role in ((party.host, "host"), (party.guest("Bob"), "player")):
            message = guest.received("CONNECTED")[0]
            assert message["serverVersion"] == LATEST
            assert message["role"] == role
            assert message["heartbeatIntervalMs"] == 10_000
            assert message["actorId"] == guest.actor_id
            assert len(message["sessionId"]) >= 22, "128 bits take 22 characters of base64"
            game = message["gameState"]
            assert game["stateVersion"] == message["stateVersion"]
            assert {"state", "sequenceId", "settings", "hostId", "hostName", "players", "teams"} <= game.keys()
        bob = party.guest("Bob").received("CONNECTED")[0]
        assert bob["stateChecksum"] == own_checksum(bob.payload)
        player = next(p for p in bob["gameState"]["players"] if p["playerId"] == bob["actorId"])
        assert player.keys() >= {"playerId", "playerName", "avatarColor", "teamId", "connected", "sittingOut"}
        assert (player["playerName"], player["connected"]) == ("Bob", True)


def own_checksum(connected: dict[str, Any]) -> str:
    game = connected["gameState"]
    return checksum(
        game["state"],
        game["stateVersion"],
        game.get("roundNumber"),
        game.get("activeTeamId"),
        [(team["id"], team["score"]) for team in game["teams"]],
    )


@together
async def test_the_room_is_announced_when_the_host_has_come(site: Site) -> None:
    created = await site.create_room("Alice")
    async with Guest(site, created.room_id, "Stage") as stage, Guest(site, created.room_id, "Alice") as alice:
        await stage.connect("spectator")
        assert not stage.received("ROOM_CREATED")
        await alice.connect("host", sessionId=created.session_id)
        for guest in (stage, alice):
            announced = await guest.expect("ROOM_CREATED")
            assert announced["hostId"] == created.host_id == alice.actor_id
            assert (announced["hostName"], announced["maxPlayers"]) == ("Alice", 10)
            assert announced["qrCodeUrl"].endswith(f"/{created.room_id}")


@together
async def test_a_spectator_takes_no_seat(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        stage = party.invite("Stage")
        connected = await stage.connect("spectator")
        assert connected["role"] == "spectator"
        assert [p["playerName"] for p in connected["gameState"]["players"]] == ["Bob"]
        assert len(party.host.received("PLAYER_JOINED")) == 1
        assert (await site.get(f"/api/rooms/{party.room_id}")).json()["playerCount"] == 1
        for type_ in ("START_TEAM_SETUP", "LEAVE_ROOM", "CREATE_SEAT_LINK"):
            assert await stage.refused(type_, {}) == "UNAUTHORIZED"


@pytest.mark.parametrize("query", ["roomId=ZZZZZZ", "roomId=", "roomId=%00%ff", "other=1", "roomId=" + "A" * 3000])
@together
async def test_an_unknown_room_is_4404(site: Site, query: str) -> None:
    async with Guest(site, "ZZZZZZ", "Bob") as bob:
        await bob.open(query=query)
        bob.send("CONNECT", {"role": "player", "playerName": "Bob"}, actorId="")
        assert await bob.last_words() == ("ROOM_NOT_FOUND", 4404)


@together
async def test_a_closed_room_answers_like_one_that_never_was(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        party.host.send("CLOSE_ROOM")
        for guest in party.guests:
            await guest.expect("ROOM_CLOSED")
            assert await guest.closed() == 4410
        never = Guest(site, "ZZZZZZ", "Bob")
        closed = Guest(site, party.room_id, "Bob")
        assert await closed.turned_away({"role": "player", "playerName": "Bob"}) == ("ROOM_NOT_FOUND", 4404)
        assert await never.turned_away({"role": "player", "playerName": "Bob"}) == ("ROOM_NOT_FOUND", 4404)
        assert closed.messages[-1].payload["message"] == never.messages[-1].payload["message"]
        assert (await site.get(f"/api/rooms/{party.room_id}")).status == 404


@pytest.mark.parametrize("type_", ["START_TEAM_SETUP", "HEARTBEAT", "ACK", "NO_SUCH_TYPE"])
@together
async def test_the_first_message_must_introduce_its_sender(site: Site, type_: str) -> None:
    created = await site.create_room()
    async with Guest(site, created.room_id, "Mallory") as mallory:
        payloads: dict[str, dict[str, Any]] = {
            "HEARTBEAT": {"stateVersion": 1},
            "ACK": {"ackId": "x", "status": "received"},
        }
        answer = await mallory.turned_away(payloads.get(type_, {}), type_)
        assert answer == ("BAD_HANDSHAKE", 4400)


@pytest.mark.parametrize("first", [b"hello", b"[]", b"{}", b'{"type":"CONNECT"}', b'{"type":1}'])
@together
async def test_an_unreadable_first_message_ends_the_handshake(site: Site, first: bytes) -> None:
    created = await site.create_room()
    async with Guest(site, created.room_id, "Mallory") as mallory:
        await mallory.open()
        mallory.send_raw(first)
        code, close = await mallory.last_words()
        assert code in {"BAD_HANDSHAKE", "MALFORMED_MESSAGE"}
        assert close == 4400


@together
async def test_silence_is_ended_after_ten_seconds(site: Site) -> None:
    created = await site.create_room()
    async with Guest(site, created.room_id, "Silent") as silent:
        await silent.open()
        began = asyncio.get_running_loop().time()
        assert await silent.last_words(13) == ("HANDSHAKE_TIMEOUT", 4408)
        assert 9.5 < asyncio.get_running_loop().time() - began < 12


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 21, "Bo\u0000b", "Bo\nb", "\u202ebob", "\u200b\u200b", "\u2066Bob\u2069"]
)
@together
async def test_a_bad_name_may_be_tried_again_on_the_same_socket(site: Site, name: str) -> None:
    created = await site.create_room()
    async with Guest(site, created.room_id, "Bob") as bob:
        await bob.open()
        assert await bob.refused("CONNECT", {"role": "player", "playerName": name}, actorId="") == "NAME_INVALID"
        assert (await bob.introduce())["role"] == "player"


@pytest.mark.parametrize("name", ["bob", "BOB", " Bob ", "\uff22\uff4f\uff42"])
@together
async def test_a_name_is_taken_whatever_its_case_or_width(site: Site, name: str) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        carol = party.invite("Carol")
        await carol.open()
        assert await carol.refused("CONNECT", {"role": "player", "playerName": name}, actorId="") == "NAME_TAKEN"
        assert (await carol.introduce())["role"] == "player"


@together
async def test_names_are_normalised_and_trimmed(site: Site) -> None:
    created = await site.create_room()
    async with (
        Guest(site, created.room_id, "  \uff22\uff4f\uff42 ") as bob,
        Guest(site, created.room_id, "x" * 20) as max_,
    ):
        connected = await bob.connect()
        assert [p["playerName"] for p in connected["gameState"]["players"]] == ["Bob"]
        await max_.connect()
        assert (await bob.expect("PLAYER_JOINED", playerName="x" * 20))["playerCount"] == 2


@together
async def test_an_eleventh_player_is_told_that_the_room_is_full(site: Site) -> None:
    async with await Party.throw(site, CROWD) as party:
        late = Guest(site, party.room_id, "Mallory")
        assert await late.turned_away({"role": "player", "playerName": "Mallory"}) == ("ROOM_FULL", 4403)
        facts = (await site.get(f"/api/rooms/{party.room_id}")).json()
        assert (facts["playerCount"], facts["maxPlayers"], facts["joinable"]) == (10, 10, False)
        # An onlooker needs no seat.
        assert len((await party.look())["players"]) == 10


@together
async def test_a_locked_room_takes_nobody_new_but_lets_its_own_back_in(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        bob = party.guest("Bob")
        party.host.send("LOCK_ROOM")
        await bob.expect("ROOM_LOCKED")
        late = Guest(site, party.room_id, "Carol")
        assert await late.turned_away({"role": "player", "playerName": "Carol"}) == ("ROOM_LOCKED", 4403)
        await bob.hang_up()
        assert (await bob.come_back())["actorId"] == party.host.received("PLAYER_JOINED")[0]["playerId"]
        party.host.send("UNLOCK_ROOM")
        await bob.expect("ROOM_UNLOCKED")
        await party.invite("Carol").connect()


@together
async def test_a_host_without_the_secret_is_not_the_host(site: Site) -> None:
    created = await site.create_room()
    mallory = Guest(site, created.room_id, "Mallory")
    code, close = await mallory.turned_away({"role": "host"})
    assert (code, close) in {("SESSION_EXPIRED", 4401), ("UNAUTHORIZED", 4403)}


@together
async def test_a_reloaded_page_gets_its_seat_back(site: Site) -> None:
    async with await Party.throw(site, CAST) as party:
        await party.start_game()
        await party.swipe()
        for guest in (party.guest("Bob"), party.host):
            before = guest.actor_id, guest.role, guest.session_id
            await guest.hang_up()
            connected = await guest.come_back()
            assert (guest.actor_id, guest.role, guest.session_id) == before
            assert connected["gameState"]["currentScore"] == party.guest("Carol").mirror.scores
            assert len(connected["gameState"]["players"]) == 4
        await party.swipe()
        assert sum(party.scores.values()) == 2
        assert not party.guest("Carol").received("PLAYER_LEFT")


@together
async def test_the_newest_socket_of_a_session_wins(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob = party.guest("Bob")
        second_tab = party.invite("Bob's second tab")
        await second_tab.connect(sessionId=bob.session_id)
        assert second_tab.actor_id == bob.actor_id
        assert await bob.last_words() == ("SESSION_REPLACED", 4409)
        await second_tab.settle()
        assert second_tab.is_open
        assert not party.host.received("PLAYER_LEFT")
        assert next(p for p in (await party.look())["players"] if p["playerName"] == "Bob")["connected"]


class HomeForm(HTMLParser):
    """What a browser sends when nobody has touched the form that makes a room."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._is_inside = False
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self._is_inside = (has.get("action") or "").endswith("/rooms/")
        elif not self._is_inside:
            return
        elif tag == "select":
            self._select = has["name"] or ""
        elif tag == "option" and "selected" in has:
            self.fields.append((self._select, has["value"] or ""))
        elif tag == "input" and has.get("name") and (has.get("type") not in {"checkbox", "radio"} or "checked" in has):
            self.fields.append((has["name"] or "", has.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False


@together
async def test_the_hosts_browser_is_known_by_its_cookie(site: Site) -> None:
    home = await site.get("/")
    form = HomeForm()
    form.feed(home.body.decode())
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={home.cookies['csrftoken']}",
        "Origin": site.origin,
    }
    # As it stands: one tap is enough.
    answer = await site.request("POST", "/rooms/", urlencode(form.fields).encode(), headers)
    assert answer.status == 302, answer.body[:2000]
    code = answer.headers["location"].strip("/").rsplit("/", 1)[-1]
    assert answer.headers["location"].endswith(f"/host/{code}/")
    cookies = {name: value for name, value in answer.cookies.items() if name.startswith("pf_host_")}
    assert list(cookies) == [f"pf_host_{code}"]
    async with Guest(site, code, "Alice") as alice:
        await alice.open(headers={"Cookie": f"pf_host_{code}={cookies[f'pf_host_{code}']}"})
        assert (await alice.introduce("host"))["role"] == "host"


@pytest.mark.parametrize("version", ["0.9", "2.0", "9.9"])
@together
async def test_another_major_version_is_told_to_upgrade(site: Site, version: str) -> None:
    created = await site.create_room()
    async with Guest(site, created.room_id, "Bob", version) as bob:
        assert await bob.turned_away({"role": "player", "playerName": "Bob"}) == ("UPGRADE_REQUIRED", 4426)
        supported = bob.messages[-1].payload["supportedVersions"]
        assert "1.0" in supported
        assert LATEST in supported


@pytest.mark.parametrize("version", [None, "x", "1", "", "1.1.1", 1.1, "-1.0", "1.x"])
@together
async def test_an_unreadable_version_is_malformed(site: Site, version: object) -> None:
    created = await site.create_room()
    async with Guest(site, created.room_id, "Bob") as bob:
        answer = await bob.turned_away({"role": "player", "playerName": "Bob"}, version=version)
        assert answer == ("MALFORMED_MESSAGE", 4400)


@pytest.mark.parametrize(("offered", "spoken"), [("1.0", "1.0"), ("1.1", "1.1"), ("1.9999", LATEST)])
@together
async def test_the_lower_minor_version_is_spoken(site: Site, offered: str, spoken: str) -> None:
    created = await site.create_room()
    async with Guest(site, created.room_id, "Bob", offered) as bob:
        connected = await bob.connect()
        assert connected.envelope["version"] == spoken
        assert connected["serverVersion"] == LATEST


@together
async def test_old_and_new_clients_play_side_by_side(site: Site) -> None:
    """What 1.0 must not see is checked when the party is over; here: that 1.1 does see it."""
    versions = {"Bob": "1.0", "Dave": "1.0"}
    async with await Party.throw(site, CAST, FEW_WORDS, versions) as party:
        await party.start_game()
        await party.swipe()
        new, old = party.guest("Carol"), party.guest("Bob")
        assert "teamId" in new.received("COUNTDOWN_TICK")[0].payload
        assert old.received("COUNTDOWN_TICK")
        words = 1 + await party.swipe_all_words()
        assert "words" in new.received("ROUND_ENDED")[0].payload
        assert "rounds" in (await new.expect("SCORE_SUMMARY")).payload
        assert await old.refused("CONFIRM_START") == "UNAUTHORIZED"
        assert old.received("ERROR")[0].payload.keys() <= {"code", "message", "requestType"}
        assert old.received("ROUND_ENDED")[0]["pointsEarned"] == words
        assert await new.refused("CONFIRM_START") == "UNAUTHORIZED"


@together
async def test_a_second_connect_changes_nobody(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        bob = party.guest("Bob")
        bob.send("CONNECT", {"role": "player", "playerName": "Carol"})
        await bob.expect("ERROR", requestType="CONNECT")
        assert [p["playerName"] for p in (await party.look())["players"]] == ["Bob"]


def test_the_upgrade_is_the_only_way_in(site: Site) -> None:
    answer = asyncio.run(site.get("/ws/?roomId=ABCDEF"))
    assert answer.status in {400, 404, 426}, json.dumps([answer.status, answer.body.decode(errors="replace")[:200]])
