"""The results that people take home: from the end of a game to a page that anybody with its address can read."""

import re

from playwright.async_api import expect

from tests.browser.all_screens import end_by_host, path_of_results, swipe
from tests.browser.party import BrowserParty
from tests.browser.visitor import LAPTOP

QUICK = {"roundDurationSec": 30, "roundsPerTeam": 1}
LAYOUT_SHIFT = """() => new Promise((resolve) => {
  const moved = [];
  const note = ({ node, previousRect: before, currentRect: after }) =>
    moved.push(`${node?.outerHTML?.slice(0, 80)} from ${JSON.stringify(before)} to ${JSON.stringify(after)}`);
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => entry.sources.forEach(note)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(moved), 500);
})"""
LANDMARKS = """() => [...document.querySelectorAll("section[aria-labelledby], [role=region], nav, main, aside")]
  .map((element) => document.getElementById(element.getAttribute("aria-labelledby"))?.textContent
    ?? element.getAttribute("aria-label") ?? element.tagName)"""


async def test_the_results_go_from_every_screen_to_a_page_of_their_own(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    bob = await party.join("Bob")
    stage = await party.watch()
    await party.connect("Carol", "Dave")
    await party.make_teams()
    await party.start()
    await swipe(alice, "ArrowRight", "ArrowRight", "ArrowLeft")
    await alice.page.keyboard.press("p")
    await end_by_host(alice)
    await party.everybody_in("results")

    path = await path_of_results(alice)
    assert re.fullmatch(r"/results/[A-Za-z0-9_-]{22}/", path)
    assert await path_of_results(bob) == path
    qr_code = stage.page.get_by_role("img", name="QR code of the results’ page")
    await expect(qr_code).to_have_attribute("src", f"{path}qr.svg")
    await expect(qr_code).to_have_js_property("complete", value=True)
    assert await qr_code.evaluate("(picture) => picture.naturalWidth") > 0

    # A phone that can share does; one that cannot copies; one that may not even do that marks the address.
    await bob.page.evaluate("navigator.share = async (data) => { window.shared = data; }")
    await bob.button("Share the results").tap()
    shared = await bob.page.evaluate("window.shared")
    assert (shared["url"].endswith(path), shared["title"]) == (True, "Team Red wins!")
    await alice.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await alice.button("Share the results").click()
    await expect(alice.page.get_by_text("Copied.")).to_be_visible()
    assert (await alice.page.evaluate("navigator.clipboard.readText()")).endswith(path)

    reader = await party.invite("Reader", LAPTOP, java_script_enabled=False)
    assert await reader.open(path) == 200
    await expect(reader.heading).to_have_text("Team Red wins!")
    await expect(reader.page.locator(".step").first).to_contain_text("Bob, Dave")
    await expect(reader.page.get_by_role("row").last).to_contain_text("Bob")
    await expect(reader.button("Share the results")).not_to_be_visible()
    assert await reader.open(f"{path}picture.svg") == 200
    await reader.leave()

    await alice.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await alice.button("Share the results").click()
    await expect(alice.page.get_by_text("Copy the marked address.")).to_be_visible()
    assert str(await alice.page.evaluate("String(getSelection())")).endswith(path)


async def test_the_page_of_a_result_moves_nothing_and_names_its_landmarks_apart(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    await party.connect("Bob", "Carol")
    await party.make_teams()
    await party.start()
    await swipe(alice, "ArrowRight")
    await alice.page.keyboard.press("p")
    await end_by_host(alice)
    await party.everybody_in("results")
    reader = await party.invite("Reader", LAPTOP)
    await reader.open(await path_of_results(alice))
    await expect(reader.button("Share the results")).to_be_visible()
    assert await reader.page.evaluate(LAYOUT_SHIFT) == []
    names = await reader.page.evaluate(LANDMARKS)
    assert len(names) == len(set(names)), names
    written = await reader.page.locator("time").get_attribute("datetime")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", written or ""), written


async def test_a_rematch_has_results_of_its_own(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    await party.connect("Bob", "Carol")
    await party.make_teams()
    paths = []
    for _ in range(2):
        await party.start()
        await alice.page.keyboard.press("p")
        await end_by_host(alice)
        await party.everybody_in("results")
        paths.append(await path_of_results(alice))
        await alice.button("Play again").click()
        await party.everybody_in("teams")
    assert paths[0] != paths[1]
