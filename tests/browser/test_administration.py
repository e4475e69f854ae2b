"""The administration in a browser: how it looks, that it stays fresh, and what the rooms' own pages make of it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import SHOTS
from tests.browser.page_checks import LAPTOP, PHONE, SMALL_PHONE, look
from tests.browser.party import BrowserParty
from tests.browser.visitor import LAPTOP as ON_LAPTOP
from tests.browser.visitor import PHONE as ON_PHONE
from tests.browser.visitor import Visitor
from tests.support.accounts import ROOMS, Account, make_accounts
from tests.support.site import Site

EVIL = "<img src=x onerror>"


@pytest.fixture(scope="module")
def root(site: Site) -> Account:
    return make_accounts(site.server, root={"is_staff": True, "is_superuser": True})["root"]


async def sit_down(party: BrowserParty, account: Account, device: object = ON_LAPTOP) -> Visitor:
    """Root, logged in, on an empty page."""
    visitor = await party.invite("Root", device)  # type: ignore[arg-type]
    cookie = {"name": "sessionid", "value": account.session, "url": party.site.origin}
    await visitor.context.add_cookies([cookie])  # type: ignore[list-item]
    return visitor


async def test_its_pages_fit_every_window_and_can_be_used_by_everybody(party: BrowserParty, root: Account) -> None:
    created = await party.site.create_room(EVIL, {"roundDurationSec": 180})
    party.code = created.room_id
    await party.connect(*(f"{name} Wolkenmaier MM" for name in ("Bo", "Ca", "Da", "Er")))
    desk = await sit_down(party, root)
    SHOTS.mkdir(parents=True, exist_ok=True)
    looks = []
    for name, path in (("dashboard", "/admin/"), ("list", ROOMS), ("room", f"{ROOMS}{party.code}/")):
        await desk.open(path)
        looks.append(await look(desk.page, "admin", name, SHOTS, LAPTOP))
    await desk.button(re.compile("^Remove: Bo")).click()
    await expect(desk.page.get_by_text("may join again")).to_be_visible()
    looks.append(await look(desk.page, "admin", "question", SHOTS, LAPTOP))
    assert not [problem for one in looks for problem in one.serious()]
    for size in (SMALL_PHONE, PHONE, LAPTOP):
        assert not [problem for one in looks for problem in one.problems(size, "sideways", "outside")]


async def test_the_list_stays_fresh_until_somebody_wants_it_to_stand_still(party: BrowserParty, root: Account) -> None:
    first = (await party.site.create_room("First")).room_id
    desk = await sit_down(party, root)
    await desk.open(ROOMS)
    await desk.page.locator(f"#choose-{first}").check()
    second = (await party.site.create_room("Second")).room_id
    await expect(desk.page.locator(f"#room-{second}")).to_be_visible()
    await expect(desk.page.locator(f"#choose-{first}")).to_be_checked()
    assert desk.loads == 1

    await desk.button("Stop refreshing").click()
    await expect(desk.page.get_by_text("Not refreshed.")).to_be_visible()
    third = (await party.site.create_room("Third")).room_id
    await desk.button("Refresh again").click()
    await expect(desk.page.locator(f"#room-{third}")).to_be_visible()


async def test_who_is_logged_out_meanwhile_is_told(party: BrowserParty, root: Account) -> None:
    desk = await sit_down(party, root)
    await desk.open(ROOMS)
    await desk.context.clear_cookies()
    await expect(desk.page.get_by_text("Load the page again.")).to_be_visible()


async def test_a_notice_stands_on_every_screen_of_the_room(party: BrowserParty, root: Account) -> None:
    alice = await party.host_from_home()
    bob = await party.join("Bob")
    stage = await party.watch()
    desk = await sit_down(party, root, ON_PHONE)
    await desk.open(f"{ROOMS}{party.code}/")
    await desk.page.get_by_role("textbox", name="Notice").fill("We <b>close</b> at ten.")
    await desk.button("Send", exact=True).tap()
    await expect(desk.page.get_by_text("a notice was sent: “We <b>close</b> at ten.”").first).to_be_visible()
    for visitor in (alice, bob, stage):
        toasts = visitor.page.locator('[aria-live="polite"] .toast')
        await expect(toasts.get_by_text("We <b>close</b> at ten.", exact=True)).to_be_visible()


async def test_an_administrator_hosts_until_the_host_takes_the_room_back(party: BrowserParty, root: Account) -> None:
    alice = await party.host_from_home()
    desk = await sit_down(party, root)
    await desk.open(f"{ROOMS}{party.code}/")
    await desk.button("Open as host").click()
    await expect(desk.page.get_by_text("open on another device")).to_be_visible()
    await desk.button("Open as host").click()
    await desk.page.wait_for_url(f"**/host/{party.code}/")
    await expect(desk.button("Make teams")).to_be_visible()
    await expect(alice.heading).to_have_text("You’re hosting in another tab or on another device")
    await alice.page.reload()
    await expect(alice.button("Make teams")).to_be_visible()
    await expect(desk.heading).to_have_text("You’re hosting in another tab or on another device")


async def test_many_rooms_are_closed_after_a_question(party: BrowserParty, root: Account) -> None:
    codes = [(await party.site.create_room("Closing time")).room_id for _ in range(2)]
    desk = await sit_down(party, root, ON_PHONE)
    await desk.open(f"{ROOMS}?q=closing")
    await desk.button("Choose all").tap()
    await desk.page.get_by_label("With the chosen rooms").select_option("close")
    await desk.button("Go", exact=True).tap()
    await expect(desk.page.get_by_text("This cannot be undone.")).to_be_visible()
    await desk.button("Close", exact=True).tap()
    await expect(desk.page.locator(".messagelist")).to_contain_text(": closed")
    for code in codes:
        assert (await party.site.get(f"/api/rooms/{code}")).status == 404
