"""Secrets of others: guessed, replayed, cut short, of another room, or found in a log (case 17)."""

import re

import pytest

from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.party import CAST, Party
from tests.support.site import Site

LIKE_A_SECRET = re.compile(r"[\w.:=-]{12,}")
MOST_TOKENS = 60


def attempts(session_id: str) -> list[tuple[str, dict[str, object]]]:
    """Every way to come in with a secret."""
    return [
        ("CONNECT", {"role": "player", "sessionId": session_id}),
        ("CONNECT", {"role": "player", "sessionId": session_id, "playerName": "Mallory"}),
        ("CONNECT", {"role": "host", "sessionId": session_id}),
        ("RECONNECT", {"sessionId": session_id, "lastSeqId": 1, "disconnectTimestamp": 1}),
    ]


@together
async def test_an_unknown_session_is_4401_without_a_hint_why(site: Site) -> None:
    async with await Party.throw(site, CAST[:3]) as party, await Party.throw(site, CAST[:1]) as other:
        bob, carol, dave = party.players
        kicked, left = carol.session_id, dave.session_id
        party.host.send("KICK_PLAYER", {"playerId": carol.actor_id})
        assert await carol.closed() == 4403
        dave.send("LEAVE_ROOM")
        await bob.expect("PLAYER_LEFT", playerId=dave.actor_id)
        secrets = [
            "nonsense", "x" * 43, other.guest("Bob").session_id, other.host.session_id, kicked, left,
            bob.session_id[:-1], bob.session_id + "A", bob.session_id.swapcase(), f" {bob.session_id}",
            f"owner.{party.room_id}.1:forged:forged",
        ]  # fmt: skip
        texts = set()
        for secret in secrets:
            for type_, payload in attempts(secret):
                stranger = Guest(site, party.room_id, "Mallory")
                assert await stranger.turned_away(payload, type_) == ("SESSION_EXPIRED", 4401), (type_, secret)
                texts.add((type_, stranger.messages[-1].payload["message"]))
        assert len(texts) <= 2, "the text does not tell one reason from another"
        assert [player["playerName"] for player in (await party.look())["players"]] == ["Bob"]


@together
async def test_a_session_that_was_taken_along_is_of_no_use_to_who_has_the_old_one(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob = party.guest("Bob")
        bob.send("CREATE_SEAT_LINK")
        path = "/" + (await bob.expect("SEAT_LINK"))["url"].split("/", 3)[3]
        page = await site.get(path)
        token = page.cookies["csrftoken"]
        headers = {"Cookie": f"csrftoken={token}", "X-CSRFToken": token, "Origin": site.origin}
        assert (await site.request("POST", path, headers=headers)).status == 200
        assert await bob.closed() == 4409
        for type_, payload in attempts(bob.session_id):
            stranger = Guest(site, party.room_id, "Mallory")
            assert await stranger.turned_away(payload, type_) == ("SESSION_EXPIRED", 4401), type_
        assert (await site.request("POST", path, headers=headers)).status == 410, "the link works once"


@together
async def test_messages_that_were_listened_to_are_of_no_use_on_another_socket(site: Site) -> None:
    async with await Party.throw(site, CAST) as party:
        await party.start_game()
        word = party.host.mirror.word
        assert word is not None
        await party.swipe()
        before = dict(party.scores)
        swipe = {"wordId": word["wordId"], "action": "guessed"}
        assert await party.host.refused("WORD_SWIPED", swipe) == "INVALID_TRANSITION", "said twice by its own sender"
        async with Guest(site, party.room_id, "Mallory") as mallory:
            await mallory.open()
            mallory.send("WORD_SWIPED", swipe, actorId=party.host.actor_id)
            assert (await mallory.last_words())[1] == 4400
        onlooker = party.invite("Stage")
        await onlooker.connect("spectator")
        assert await onlooker.refused("WORD_SWIPED", swipe, actorId=party.host.actor_id) == "UNAUTHORIZED"
        await party.host.settle()
        assert party.scores == before


async def test_nothing_that_stands_in_the_log_opens_a_seat(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        await party.guest("Bob").settle()
        lines = [line for line in site.log().splitlines() if party.room_id in line]
        tokens = sorted({token for line in lines for token in LIKE_A_SECRET.findall(line)})[:MOST_TOKENS]
        assert tokens, "the log says something of the room"
        for token in tokens:
            for secret in {token, token.rpartition("=")[2]}:
                stranger = Guest(site, party.room_id, "Thief")
                code, close = await stranger.turned_away({"role": "player", "sessionId": secret})
                assert (code, close) == ("SESSION_EXPIRED", 4401), secret


@pytest.mark.parametrize("session_id", ["", "x" * 10_000, "\x00", "💥", "spectator.", "owner."])
@together
async def test_strange_secrets_are_no_secrets(site: Site, session_id: str) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        stranger = Guest(site, party.room_id, "Mallory")
        code, close = await stranger.turned_away({"role": "host", "sessionId": session_id})
        assert (code, close) in {
            ("SESSION_EXPIRED", 4401), ("UNAUTHORIZED", 4403), ("MALFORMED_MESSAGE", 4400),
        }  # fmt: skip
