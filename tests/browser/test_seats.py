"""Seats in browsers: another name, one's own name in another browser, and who is away."""

import re

from playwright.async_api import expect

from tests.browser.party import BrowserParty
from tests.browser.test_player_page import QUICK, menu, screen_is


async def test_a_player_changes_their_name_and_the_host_anybodys(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    bob = await party.join("Bob")
    await menu(bob, "Change my name")
    field = bob.page.get_by_role("textbox", name="Change my name")
    await expect(field).to_have_value("Bob")
    await field.fill("Robert")
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.locator('[data-el="my-name"]')).to_have_text("Robert")
    await expect(party.view("lobby").get_by_text("Robert")).to_be_visible()
    await party.host.button("What to do with Robert").click()
    await party.host.button("Change the name").click()
    await party.host.page.get_by_role("textbox", name="Change the name").fill("Bobby")
    await party.host.page.keyboard.press("Enter")
    await expect(bob.page.locator('[data-el="my-name"]')).to_have_text("Bobby")


async def test_a_player_in_another_browser_gets_the_seat_back_when_the_host_says_so(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    guests = await party.connect("Bob")
    await guests[0].hang_up()
    again = await party.invite("Bob again")
    await again.open(f"/{party.code}")
    await again.page.get_by_role("textbox", name="What’s your name?").fill("bob")
    await again.button("Join the game").tap()
    await expect(again.page.get_by_text("bob is here already. Is that you?")).to_be_visible()
    await again.button("My seat").tap()
    await expect(again.page.get_by_text("Asking the host and your team")).to_be_visible()
    question = party.host.page.get_by_role("dialog", name="Is this Bob?")
    await expect(question).to_contain_text(re.compile("just lost the connection"))
    await question.get_by_role("button", name="No").click()
    await expect(again.page.get_by_text("Nobody has confirmed that")).to_be_visible()
    await again.button("Join the game").tap()
    await again.button("My seat").tap()
    await question.get_by_role("button", name="Yes").click()
    await screen_is(again, "lobby")
    await expect(again.page.locator('[data-el="my-name"]')).to_have_text("Bob")
