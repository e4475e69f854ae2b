"""The game in browsers under uvicorn: without our own server it is slower, and otherwise the same."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.party import BrowserParty
from tests.support.plain_asgi import PlainAsgiProcess
from tests.support.site import Site
from tests.support.valkey import Valkey

ROUND_S = 10
ROUND_PATIENCE_S = ROUND_S + 8


@pytest_asyncio.fixture(loop_scope="session")
async def plain_party(chromium: Browser) -> AsyncIterator[BrowserParty]:
    """An empty party at such a server, which has to let its rooms go in the end, without one traceback."""
    valkey = Valkey()
    site = Site({"REDIS_URL": valkey.url}, PlainAsgiProcess)
    party = BrowserParty(chromium, site)
    try:
        valkey.start()
        await asyncio.to_thread(site.start)
        yield party
        party.check()
        await party.break_up()
        # Once all is done uvicorn ends by the signal that it was sent.
        assert await asyncio.to_thread(site.stop) == -signal.SIGTERM, site.log()[-3000:]
        assert not site.tracebacks(), site.tracebacks()
        with valkey.client() as client:
            assert client.hget(f"pf:{{{party.code}}}:state", "worker") == b"", "the room was let go"
    finally:
        await party.break_up()
        site.dispose()
        valkey.dispose()


async def test_two_rounds_and_a_reload_under_uvicorn(plain_party: BrowserParty) -> None:
    party = plain_party
    alice = await party.host_with({"roundDurationSec": ROUND_S, "roundsPerTeam": 1})
    bob, *_ = await party.join_all(("Bob", "Carol"))
    await party.make_teams()
    await party.start()

    word = await party.new_word(alice)
    await alice.button("Guessed").click()
    await party.new_word(alice, word)
    await party.everybody_sees([1, 0])
    await party.everybody_in("review", ROUND_PATIENCE_S)
    await bob.page.reload()
    await expect(bob.page.locator('[data-el="my-name"]')).to_have_text("Bob")
    await alice.button("Next round").click()

    await party.into_round()
    word = await party.new_word(alice)
    await alice.button("Guessed").click()
    await party.new_word(alice, word)
    await party.everybody_sees([1, 1])
