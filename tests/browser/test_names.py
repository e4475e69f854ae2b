"""Names from right to left, and names with digits, move nothing around them on any screen."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.party import BrowserParty
from tests.browser.visitor import LAPTOP, Visitor
from tests.support.accounts import ROOMS, make_accounts
from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOST = "עליזה 7"
PHONE = "3 נועם"
OTHERS = ("דנה", "علی‌رضا", "Bob 2", "2 עומר")
EVERYBODY = (HOST, PHONE, *OTHERS)

NAMES_IN_THE_OPEN = """
(names) => {
  const isApart = (element, name) =>
    element.textContent.trim() === name && ["isolate", "plaintext"].includes(getComputedStyle(element).unicodeBidi) &&
    (element.localName === "bdi" || element.dir === "auto" || getComputedStyle(element).unicodeBidi === "plaintext");
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const { parentElement: parent, data } = texts.currentNode;
    if (["SCRIPT", "STYLE", "TEMPLATE", "OPTION"].includes(parent.tagName)) continue;
    for (const name of names) {
      if (!data.includes(name)) continue;
      let element = parent;
      while (element && !isApart(element, name)) element = element.parentElement;
      if (!element) found.push(`${name} in ${parent.outerHTML.slice(0, 120)}`);
    }
  }
  return found;
}
"""
ORDER_IN_LINES = """
() => {
  const wrong = [];
  for (const parent of new Set([...document.querySelectorAll("bdi")].map((bdi) => bdi.parentElement))) {
    const lines = [...parent.querySelectorAll(":scope > bdi")].map((bdi) => bdi.getClientRects());
    const boxes = lines.filter((line) => line.length === 1);
    for (let i = 1; i < boxes.length; i++) {
      const [before, after] = [boxes[i - 1][0], boxes[i][0]];
      if (Math.abs(before.top - after.top) < 2 && after.left < before.right) wrong.push(parent.textContent);
    }
  }
  return wrong;
}
"""


async def names_stand_apart(visitor: Visitor, *shown: str) -> None:
    """Each of these names is on the page, every name is isolated, and those in a line follow each other."""
    text = await visitor.page.evaluate("document.body.textContent")
    assert not [name for name in shown if name not in text], visitor.page.url
    assert await visitor.page.evaluate(NAMES_IN_THE_OPEN, list(EVERYBODY)) == [], visitor.page.url
    assert await visitor.page.evaluate(ORDER_IN_LINES) == [], visitor.page.url


async def test_names_stand_apart_on_every_screen(party: BrowserParty, site: Site) -> None:
    created = await site.create_room(HOST, {"wordPackIds": ["default_animals"], "wordHolder": "explainer"})
    party.code = created.room_id
    alice = await party.invite("Alice", LAPTOP)
    cookie = {"name": f"pf_host_{party.code}", "value": created.session_id, "url": site.origin}
    await alice.context.add_cookies([cookie])  # type: ignore[list-item]
    await alice.open(f"/host/{party.code}/")
    phone = await party.invite("Phone")
    await phone.open(f"/{party.code}")
    await names_stand_apart(phone, HOST)
    await party.say_name(phone, PHONE)
    await names_stand_apart(phone, HOST, PHONE)
    stage = await party.watch()
    guests = await party.connect(*OTHERS)
    await expect(alice.page.get_by_text(OTHERS[-1]).first).to_be_visible()
    await expect(stage.page.get_by_text(OTHERS[-1]).first).to_be_visible()
    await names_stand_apart(alice, PHONE, *OTHERS)
    await names_stand_apart(stage, PHONE, *OTHERS)

    await alice.button(f"What to do with {OTHERS[0]}").click()
    await expect(alice.page.get_by_role("dialog")).to_contain_text(f"What should happen to {OTHERS[0]}?")
    await names_stand_apart(alice, OTHERS[0])
    await alice.page.keyboard.press("Escape")
    guests[3].send("LEAVE_ROOM", {})
    await expect(alice.page.locator(".toast")).to_contain_text(f"{OTHERS[3]} has left")
    await names_stand_apart(alice)

    await alice.button("Make teams").click()
    await expect(phone.page.get_by_text("Still choosing")).to_contain_text(
        f"{PHONE}, {OTHERS[0]}, {OTHERS[1]}, {OTHERS[2]}"
    )
    await names_stand_apart(phone, PHONE, *OTHERS[:3])
    await party.take_team(phone, 1)
    for number, guest in enumerate(guests[:3], start=1):
        guest.send("JOIN_TEAM", {"teamId": f"team_{number % 2 + 1}"})
    await expect(alice.button("Start the game")).to_have_attribute("aria-disabled", "false")
    for visitor in (alice, phone, stage):
        await names_stand_apart(visitor, PHONE, *OTHERS[:3])
    await alice.button("Start the game").click()
    await party.everybody_in("countdown")
    for visitor in (alice, phone, stage):
        await names_stand_apart(visitor)
    await party.into_round()
    for visitor in (alice, phone, stage):
        await names_stand_apart(visitor)
    await alice.button("Pause").click()
    await party.everybody_in("pause")
    for visitor in (alice, phone, stage):
        await names_stand_apart(visitor)
    await the_administration_keeps_names_apart(await party.invite("Root", LAPTOP), site, party.code)
    await alice.button("End the game").click()
    await alice.page.get_by_role("dialog").get_by_role("button", name="End the game").click()
    screens = [visitor for visitor in party.visitors if visitor.name != "Root"]
    for visitor in screens:
        await party.reaches(visitor, "results")
    await names_stand_apart(alice, PHONE, *OTHERS[:3])
    await names_stand_apart(stage, PHONE, *OTHERS[:3])
    await names_stand_apart(phone)
    link = alice.page.locator('[data-el="share-url"]')
    await expect(link).to_be_visible()
    shared = re.sub(r"^https?://[^/]+", "", await link.get_attribute("href") or "")
    root = party.who("Root")
    assert await root.open(shared) == 200
    await names_stand_apart(root, PHONE, *OTHERS[:3])
    await root.open(f"/admin/gameplay/gameresult/?q={party.code}")
    await names_stand_apart(root, HOST)
    result = await root.page.locator("#result_list tbody a").first.get_attribute("href")
    assert result is not None
    await root.open(result)
    await names_stand_apart(root, HOST, PHONE, *OTHERS[:3])


async def the_administration_keeps_names_apart(root: Visitor, site: Site, code: str) -> None:
    account = make_accounts(site.server, root={"is_staff": True, "is_superuser": True})["root"]
    await root.context.add_cookies(
        [{"name": "sessionid", "value": account.session, "url": site.origin}]  # type: ignore[list-item]
    )
    await root.open(ROOMS)
    await names_stand_apart(root, HOST)
    await root.open(f"{ROOMS}{code}/")
    await names_stand_apart(root, HOST, PHONE, *OTHERS[:3])
