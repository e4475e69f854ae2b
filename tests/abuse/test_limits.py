"""Limits per address: a household never meets them, somebody who guesses codes does."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.guest import Guest
from tests.support.party import CROWD, Party
from tests.support.site import Site


@pytest.fixture(scope="module")
def guarded() -> Iterator[Site]:
    """A site as it is by default."""
    site = Site({"RATE_LIMITS": "on"})
    try:
        site.start()
        yield site
    finally:
        site.dispose()


# More than twice as many as a minute allows: a new minute may begin in between.
GUESSES = [f"ZZZ{a}{b}Z" for a in "ABCDEFGHJKLM" for b in "ABCDEFGHJKM"]


async def test_a_household_meets_no_limit(guarded: Site) -> None:
    parties = [await Party.throw(guarded, CROWD) for _ in range(12)]
    for _ in range(8):
        await guarded.create_room()
    joined = sum(len(party.guests) for party in parties)
    onlookers = [Guest(guarded, parties[0].room_id, f"Onlooker {number}") for number in range(200 - joined)]
    await asyncio.gather(*(onlooker.connect("spectator") for onlooker in onlookers))
    open_sockets = [guest for party in parties for guest in party.guests] + onlookers
    assert len(open_sockets) == 200
    assert all(guest.is_open for guest in open_sockets)
    await asyncio.gather(*(onlooker.hang_up() for onlooker in onlookers))
    for party in parties:
        async with party:
            pass


async def test_guessing_codes_is_slowed_down_and_health_is_not(guarded: Site) -> None:
    statuses = [(await guarded.get(f"/api/rooms/{code}")).status for code in GUESSES]
    assert set(statuses[:60]) == {404}
    assert statuses[-1] == 429
    assert (await guarded.get("/healthz")).status == 200
    assert (await guarded.get("/readyz")).status == 200
    page = await guarded.get("/ZZZZZZ", {"Accept": "text/html"})
    assert (page.status, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert b"Wait a minute" in page.body
    mallory = Guest(guarded, "ZZZZZZ", "Mallory")
    assert await mallory.turned_away({"role": "player", "playerName": "Mallory"}) == ("RATE_LIMITED", 4429)


async def test_the_address_that_counts_is_not_what_somebody_claims(guarded: Site) -> None:
    statuses = []
    for number, code in enumerate(GUESSES):
        address = f"198.51.100.{number}"
        claims = {"X-Forwarded-For": address, "Forwarded": f"for={address}", "X-Real-IP": address}
        statuses.append((await guarded.get(f"/api/rooms/{code}", claims)).status)
    assert statuses[-1] == 429
