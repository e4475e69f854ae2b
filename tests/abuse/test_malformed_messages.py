"""Garbage on the wire: answered, counted, at last cut off; never a crash."""

import asyncio
import json
from typing import Any

import pytest
from picows import WSMsgType

from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.message_rules import CLIENT_MESSAGES
from tests.support.party import CAST, Party
from tests.support.site import Site

LIMIT_BYTES = 16 * 1024

GARBAGE = [
    b"",
    b"hello",
    b"{",
    b"[]",
    b'"CONNECT"',
    b"17",
    b"null",
    b"NaN",
    b"{}",
    b'{"type":null}',
    b'{"type":["HEARTBEAT"]}',
    b"[" * 8000,
    b'{"a":' * 2500 + b"1" + b"}" * 2500,
    b'{"type":"HEARTBEAT","roomId":"ABCDEF","actorId":"x","timestamp":NaN,"version":"1.1","payload":{}}',
    b'{"type":"HEARTBEAT","roomId":"ABCDEF","actorId":"x","timestamp":1,"version":"1.1","payload":[1]}',
    b'{"type":"HEARTBEAT","roomId":"ABCDEF","actorId":{},"timestamp":1,"version":"1.1","payload":{"stateVersion":1}}',
    b'{"type":"\\ud800","roomId":"ABCDEF","actorId":"x","timestamp":1,"version":"1.1","payload":{}}',
]


@together
async def test_garbage_is_answered_and_the_socket_stays_open(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        bob = party.guest("Bob")
        for garbage in GARBAGE:
            bob.send_raw(garbage)
            error = await bob.expect("ERROR")
            # A lone surrogate may be read as the name of a type that does not exist.
            assert error["code"] in {"MALFORMED_MESSAGE", "UNKNOWN_TYPE" if b"ud800" in garbage else ""}, garbage[:80]
            await bob.settle()
        assert [p["playerName"] for p in (await party.look())["players"]] == ["Bob"]


@together
async def test_binary_frames_are_malformed(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        bob = party.guest("Bob")
        for data in (b"", b"\x00\xff", b'{"type":"LEAVE_ROOM"}'):
            bob.send_raw(data, WSMsgType.BINARY)
            assert (await bob.expect("ERROR"))["code"] == "MALFORMED_MESSAGE"
        await bob.settle()


# A value of the wrong type, a field that is missing, or a string where the list of values is closed.
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("START_TEAM_SETUP", {"numTeams": "2"}),
    ("START_TEAM_SETUP", {"numTeams": 2.5}),
    ("ASSIGN_PLAYER", {"playerId": 1, "teamId": "team_1"}),
    ("ASSIGN_PLAYER", {"playerId": "player_1"}),
    ("WORD_SWIPED", {"wordId": "word_1", "action": "won"}),
    ("WORD_SWIPED", {"wordId": None, "action": "guessed"}),
    ("WORD_SWIPED", {"wordId": "word_1", "action": "guessed", "swipeDurationMs": "fast"}),
    ("CORRECT_WORD", {"wordId": "word_1", "action": "undone"}),
    ("KICK_PLAYER", {}),
    ("UPDATE_SETTINGS", {"settings": []}),
    ("UPDATE_SETTINGS", {}),
    ("ACK", {"ackId": 5, "status": "received"}),
    ("HEARTBEAT", {"stateVersion": "1"}),
    ("HEARTBEAT", {"stateVersion": 1, "stateChecksum": 7}),
]


@together
async def test_fields_of_the_wrong_type_are_malformed(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        before = await party.look()
        for type_, payload in WRONG:
            assert await party.host.refused(type_, payload) == "MALFORMED_MESSAGE", (type_, payload)
            await party.host.settle()
        assert await party.look() == before


@together
async def test_an_unknown_type_is_named_and_the_socket_stays_open(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        bob = party.guest("Bob")
        for number in range(12):
            assert await bob.refused(f"DANCE_{number}") == "UNKNOWN_TYPE"
        await bob.settle()
        # What only the server says is unknown from a client too.
        assert await bob.refused("WORD_REVEALED", {}) == "UNKNOWN_TYPE"


@together
async def test_unknown_fields_are_ignored(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        party.host.send("START_TEAM_SETUP", {"numTeams": 2, "colour": "mauve"}, extra={"nested": [1, 2]})
        await party.everybody_in("TEAM_SETUP")


@together
async def test_the_tenth_malformed_message_in_a_row_closes_the_socket(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob, carol = party.players
        for _ in range(9):
            bob.send_raw(b"nonsense")
        await bob.settle()
        for _ in range(9):
            bob.send_raw(b"nonsense")
        await bob.settle()
        assert len(bob.received("ERROR")) == 18
        for _ in range(10):
            bob.send_raw(b"nonsense")
        assert await bob.closed() == 4400
        assert len(bob.received("ERROR")) == 28
        await carol.settle()


@together
async def test_sixteen_kibibytes_are_read_and_one_byte_more_is_1009(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob, carol = party.players
        bob.send_raw(padded(bob, LIMIT_BYTES))
        await bob.expect("HEARTBEAT_ACK")
        await bob.settle()
        bob.send_raw(padded(bob, LIMIT_BYTES + 1))
        assert await bob.closed() == 1009
        await carol.settle()


@pytest.mark.parametrize("size", [1024 * 1024, 10 * 1024 * 1024])
@together
async def test_a_huge_message_is_1009_and_nobody_else_notices(site: Site, size: int) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob, carol = party.players
        bob.send_raw(b"x" * size)
        assert await bob.closed() in {1009, None}, "a client that is still sending may not come to read the close"
        await carol.settle()


@together
async def test_a_message_in_fragments_counts_as_a_whole(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob, carol = party.players
        text = padded(bob, 3000)
        bob.send_raw(text[:1000], is_last=False)
        bob.send_raw(text[1000:2000], WSMsgType.CONTINUATION, is_last=False)
        bob.send_raw(text[2000:], WSMsgType.CONTINUATION)
        await bob.expect("HEARTBEAT_ACK")
        bob.send_raw(b"x" * 1000, is_last=False)
        for _ in range(16):
            bob.send_raw(b"x" * 1000, WSMsgType.CONTINUATION, is_last=False)
        assert await bob.closed() == 1009
        await carol.settle()


@pytest.mark.parametrize("data", [b"\xff\xfe", b'{"type":"\xc3\x28"}', b"\xed\xa0\x80"])
@together
async def test_text_that_is_not_utf_8_ends_the_socket_by_the_book(site: Site, data: bytes) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob, carol = party.players
        bob.send_raw(data)
        assert await bob.closed() == 1007
        await carol.settle()


@together
async def test_a_flood_of_every_message_out_of_turn_breaks_nothing(site: Site) -> None:
    async with await Party.throw(site, CAST[:3]) as party:
        await party.set_up_teams()
        before = await party.look()
        bob = party.guest("Bob")
        for _ in range(5):
            for type_, payload in CLIENT_MESSAGES.items():
                if type_ not in {"JOIN_TEAM", "LEAVE_ROOM", "CREATE_SEAT_LINK"}:
                    bob.send(type_, payload)
        await bob.settle()
        assert await party.look() == before


@together
async def test_a_socket_that_vanishes_in_mid_message_is_forgotten(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob, carol = party.players
        bob.send_raw(b'{"type":"LEAVE', is_last=False)
        bob.drop()
        await asyncio.sleep(0)
        await carol.settle()
        assert len((await party.look())["players"]) == 2


def padded(guest: Guest, size: int) -> bytes:
    """A heartbeat of exactly this many bytes."""
    message = {
        "type": "HEARTBEAT",
        "roomId": guest.room_id,
        "actorId": guest.actor_id,
        "timestamp": 1,
        "version": guest.version,
        "payload": {"stateVersion": guest.mirror.state_version},
        "padding": "",
    }
    message["padding"] = "x" * (size - len(json.dumps(message)))
    return json.dumps(message).encode()
