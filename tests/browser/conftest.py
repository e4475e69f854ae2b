"""Real browsers for real pages. All these tests share one event loop: the browser lives in it."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.all_screens import survey
from tests.browser.page_checks import Look
from tests.browser.party import BrowserParty
from tests.support.site import Site

PATIENCE_MS = 20_000
ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "test-results" / "screenshots"
FAILURES = ROOT / "test-results" / "failures"

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""In order of preference: the headless shell is the same engine without a window, for half the CPU."""

FLAGS = (
    # Nothing leaves this machine.
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
    "--no-first-run", "--no-pings", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # Pages of one browser context share a renderer process; each context has its own all the same.
    "--renderer-process-limit=1", "--disable-site-isolation-trials",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash.setdefault(FAILED, False)
    item.stash[FAILED] |= report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser. Root may not use Chromium's sandbox, as in a container."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert executable, "the browser tests need Chromium: apt-get install chromium-headless-shell"
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*FLAGS]
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=flags)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def party(chromium: Browser, site: Site, request: pytest.FixtureRequest) -> AsyncIterator[BrowserParty]:
    """An empty party; whoever is invited must not have had a complaint at the end."""
    party = BrowserParty(chromium, site)
    try:
        yield party
        if request.node.stash.get(FAILED, False):
            FAILURES.mkdir(parents=True, exist_ok=True)
            for visitor in party.visitors:
                await visitor.page.screenshot(path=FAILURES / f"{request.node.name}-{visitor.name}.png")
        else:
            party.check()
    finally:
        await party.break_up()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def looks(chromium: Browser, site: Site, request: pytest.FixtureRequest) -> list[Look]:
    """Every page in every state, once for all tests; the pictures are under test-results/screenshots."""
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    return await survey(chromium, site, SHOTS)
