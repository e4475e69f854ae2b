"""Codes are short: who tries them out learns nothing, neither from an answer nor from the time it takes (case 18)."""

import asyncio
import statistics
import time
from collections.abc import Callable

import pytest

from tests.support.guest import Guest
from tests.support.party import CAST, Party
from tests.support.site import Response, Site

NEVER = "ZZZZZZ"
PATHS = ("/{}", "/stage/{}/", "/host/{}/", "/{}/seat/token", "/api/rooms/{}")
ROUNDS = 150
"""Of asking for one and for the other by turns."""


async def closed_room(site: Site) -> str:
    """The code of a room that was closed in front of everybody."""
    async with await Party.throw(site, CAST[:1]) as party:
        party.host.send("CLOSE_ROOM")
        assert await party.guest("Bob").closed() == 4410
        return party.room_id


def without_code(answer: Response, code: str) -> tuple[int, str, dict[str, str]]:
    """Everything that an answer says, the code aside and what is different every time."""
    text = answer.body.decode().replace(code, "CODE").replace(f"{code[:3]} {code[3:]}", "CODE")
    headers = {name: value for name, value in answer.headers.items() if name not in {"date", "content-length"}}
    return answer.status, text, headers


async def test_closed_and_never_there_are_answered_alike(site: Site) -> None:
    closed = await closed_room(site)
    for path in PATHS:
        one, other = [without_code(await site.get(path.format(code)), code) for code in (closed, NEVER)]
        assert one == other, path
        assert one[0] == 404
    said = []
    for code in (closed, NEVER):
        for type_, payload in (
            ("CONNECT", {"role": "player", "playerName": "Mallory"}),
            ("CONNECT", {"role": "spectator"}),
            ("CONNECT", {"role": "host", "sessionId": "x" * 32}),
            ("RECONNECT", {"sessionId": "x" * 32, "lastSeqId": 0, "disconnectTimestamp": 0}),
        ):
            stranger = Guest(site, code, "Mallory")
            answer = await stranger.turned_away(payload, type_)
            said.append((code == NEVER, answer, stranger.messages[-1].payload["message"]))
    assert {said_[1:] for said_ in said if said_[0]} == {said_[1:] for said_ in said if not said_[0]}
    assert {answer for _, answer, _ in said} == {("ROOM_NOT_FOUND", 4404)}


@pytest.mark.long
async def test_both_take_the_same_time(site: Site, figures: Callable[[str, object], None]) -> None:
    closed = await closed_room(site)
    await asyncio.sleep(1)
    took_s: dict[str, list[float]] = {closed: [], NEVER: []}
    for _ in range(ROUNDS):
        for code, times in took_s.items():
            began = time.perf_counter()
            await site.get(f"/api/rooms/{code}")
            times.append(time.perf_counter() - began)
    one, other = (statistics.median(times) for times in took_s.values())
    figures("closed_ms", round(one * 1000, 3))
    figures("never_ms", round(other * 1000, 3))
    spread = statistics.quantiles(took_s[NEVER], n=4)
    assert abs(one - other) < max(spread[2] - spread[0], 0.0002), "the difference drowns in the noise"
