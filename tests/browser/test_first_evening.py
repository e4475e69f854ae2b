"""What somebody who has never played is told, and when: on the home page, in the lobby, on phones."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.party import BrowserParty
from tests.browser.test_player_page import screen_is
from tests.browser.visitor import IN_MOTION, LAPTOP, PHONE, Visitor

LINE_S = 4
TOUR_S = 20


def rules(phone: Visitor) -> Locator:
    """The rules card that this phone shows."""
    return phone.page.locator('[data-el="rules-card"]:visible')


def current(phone: Visitor) -> Locator:
    """The line that the tour points at."""
    return rules(phone).locator('[aria-current="step"]')


# The rules card


async def test_a_phone_in_the_lobby_says_what_will_happen_and_who_reads_the_words(party: BrowserParty) -> None:
    await party.host_with({"wordHolder": "explainer"})
    bob = await party.join("Bob")
    await expect(bob.heading).to_have_text("You’re in, Bob!")
    await expect(bob.page.get_by_text("Alice runs the game and starts it when everybody is here.")).to_be_visible()
    await expect(bob.page.get_by_text("Who explains reads the words on their own phone.")).to_be_visible()
    await party.host.button("Change the rules").click()
    await party.host.page.get_by_label("The explainer reads from").select_option("host")
    await party.host.button("Save").click()
    await expect(bob.page.get_by_text("Who explains reads the words on Alice’s screen.")).to_be_visible()


async def test_the_players_are_counted_in_the_right_number(party: BrowserParty) -> None:
    await party.host_with({})
    bob = await party.join("Bob")
    await expect(bob.page.get_by_text("1 player", exact=True)).to_be_visible()
    await party.connect("Carol")
    await expect(bob.page.get_by_text("2 players", exact=True)).to_be_visible()


async def test_the_rules_card_has_the_figures_of_the_room(party: BrowserParty) -> None:
    await party.host_with({"roundDurationSec": 90, "skipPenalty": -1})
    bob = await party.join("Bob")
    await expect(rules(bob).locator(":scope > *")).to_have_count(5)
    await expect(rules(bob)).to_contain_text("Guessed: 1 point. Skipped: −1.")
    await expect(rules(bob)).to_contain_text("90 seconds, then the next team.")
    # Another choice of the host's is on the phones at once.
    await party.host.button("Change the rules").click()
    await party.host.page.get_by_label("A skipped word").select_option("0")
    await party.host.page.get_by_label("Seconds a turn").fill("45")
    await party.host.button("Save").click()
    await expect(rules(bob)).to_contain_text("Skipped: 0.")
    await expect(rules(bob)).to_contain_text("45 seconds, then the next team.")


async def test_the_rules_are_behind_the_question_mark_and_on_the_paused_screen(party: BrowserParty) -> None:
    await party.host_with({})
    bob = await party.join("Bob")
    await party.connect("Carol", "Dave", "Erin")
    await party.make_teams()
    await expect(rules(bob)).to_have_count(0)
    await bob.button("The rules").tap()
    await expect(bob.page.get_by_role("dialog").locator('[data-el="rules-card"]')).to_contain_text("60 seconds")
    await bob.button("Close").tap()
    await party.start()
    await expect(rules(bob)).to_have_count(0)
    await party.host.page.keyboard.press("p")
    await party.everybody_in("pause")
    await expect(rules(bob)).to_contain_text("No part of the word")


# Twenty seconds of rules


async def join_in_motion(party: BrowserParty, **settings: Any) -> Visitor:
    """Bob's phone in a new lobby, where motion is wanted; his clock can be moved."""
    await party.host_with(settings)
    bob = await party.invite("Bob", **IN_MOTION)
    await bob.page.clock.install()
    await bob.open(f"/{party.code}")
    await party.say_name(bob, "Bob")
    return bob


async def test_the_tour_of_the_rules_goes_from_line_to_line_and_ends_after_twenty_seconds(party: BrowserParty) -> None:
    bob = await join_in_motion(party)
    await expect(current(bob)).to_contain_text("Say it in other words")
    await bob.page.clock.fast_forward(LINE_S * 1000)
    await expect(current(bob)).to_contain_text("No part of the word")
    await bob.page.clock.fast_forward((TOUR_S - LINE_S) * 1000)
    await expect(bob.button("Skip")).to_be_hidden()
    await expect(current(bob)).to_have_count(0)
    await expect(rules(bob).locator(":scope > *:visible")).to_have_count(5)


async def test_the_tour_of_the_rules_is_skipped_with_one_tap_and_does_not_come_back(party: BrowserParty) -> None:
    bob = await join_in_motion(party)
    await bob.button("Skip").tap()
    await expect(bob.button("Skip")).to_be_hidden()
    await expect(current(bob)).to_have_count(0)
    await bob.page.reload()
    await expect(bob.heading).to_have_text("You’re in, Bob!")
    await expect(bob.button("Skip")).to_be_hidden()


async def test_the_tour_of_the_rules_holds_nothing_up(party: BrowserParty) -> None:
    bob = await join_in_motion(party)
    await party.connect("Carol", "Dave", "Erin")
    await expect(bob.button("Skip")).to_be_visible()
    await party.host.button("Make teams").click()
    await screen_is(bob, "teams")


async def test_there_is_no_tour_where_less_motion_is_wanted_but_all_the_rules(party: BrowserParty) -> None:
    await party.host_with({})
    bob = await party.join("Bob")
    await expect(rules(bob).locator(":scope > *:visible")).to_have_count(5)
    await expect(bob.button("Skip")).to_be_hidden()
    await expect(bob.page.locator('[aria-current="step"]')).to_have_count(0)


# The home page


CARDS = '[data-el="ways"] > section'


async def open_home(party: BrowserParty, device: Mapping[str, Any]) -> Visitor:
    home = await party.invite("Home", device)
    await home.open("/")
    return home


async def bottom(visitor: Visitor, selector: str) -> float:
    """How far below the top of the page an element ends, in pixels."""
    return await visitor.page.locator(selector).last.evaluate("(one) => one.getBoundingClientRect().bottom + scrollY")


async def test_the_home_page_of_a_phone_shows_both_cards_without_scrolling(party: BrowserParty) -> None:
    home = await open_home(party, PHONE)
    height = PHONE["viewport"]["height"]
    assert await bottom(home, ".create__button") <= height
    assert await bottom(home, CARDS) <= height


async def test_by_touch_the_code_comes_first_to_the_eye_and_to_the_tab_key(party: BrowserParty) -> None:
    touch = await open_home(party, PHONE)
    assert await bottom(touch, ".join") < await bottom(touch, ".create")
    assert await touch.page.locator(CARDS).first.get_attribute("data-el") == "join"
    laptop = await open_home(party, LAPTOP)
    assert await bottom(laptop, ".create") < await bottom(laptop, ".join")
    assert await laptop.page.locator(CARDS).last.get_attribute("data-el") == "join"


@pytest.mark.parametrize("device", [PHONE, LAPTOP], ids=["phone", "laptop"])
async def test_one_button_of_the_home_page_is_filled(party: BrowserParty, device: Mapping[str, Any]) -> None:
    home = await open_home(party, device)
    faces = {
        name: await home.button(name, exact=True).evaluate("(one) => getComputedStyle(one).backgroundColor")
        for name in ("Join", "Start a party")
    }
    action = await home.page.evaluate("""() => {
      const probe = document.createElement("i");
      probe.className = "button button--primary";
      document.body.append(probe);
      return getComputedStyle(probe).backgroundColor;
    }""")
    first = "Join" if device is PHONE else "Start a party"
    assert [name for name, face in faces.items() if face == action] == [first]


async def test_the_home_page_says_how_it_works_in_three_pictures_without_letters(party: BrowserParty) -> None:
    home = await open_home(party, PHONE)
    pictures = home.page.locator('[data-el="pictures"] svg')
    await expect(pictures).to_have_count(3)
    await expect(home.page.locator('[data-el="pictures"] svg text')).to_have_count(0)
    for number in range(3):
        await expect(pictures.nth(number)).to_have_attribute("role", "img")
        assert len(await pictures.nth(number).get_attribute("aria-label") or "") > 30
    steps = home.page.locator('[data-el="pictures"] > *')
    await expect(steps).to_have_text([
        "Open a room. Everybody scans the code.", "One explains, the team guesses.",
        "60 seconds a turn. Most words win.",
    ])  # fmt: skip
    link = home.page.get_by_role("link", name="How it works")
    await link.tap()
    await expect(pictures.first).to_be_in_viewport()


async def test_the_home_page_says_that_the_host_does_not_play_and_who_reads_the_words(party: BrowserParty) -> None:
    home = await open_home(party, LAPTOP)
    await expect(home.page.get_by_text("You run the game here; to play too, join with your phone.")).to_be_visible()
    await expect(home.page.get_by_text("A word game for 4 to 10 friends in one room")).to_be_visible()
    await expect(home.page.locator('[data-el="summary"]')).to_contain_text("2 teams · 60 seconds · 3 turns each ·")
    await home.page.locator("summary").click()
    reads = home.page.get_by_role("group", name="The explainer reads from")
    await expect(reads.get_by_role("radio", name="their own phone")).to_be_checked()
    await expect(reads.get_by_role("radio", name="this screen (turn it away)")).not_to_be_checked()


# The empty lobby


async def test_the_empty_lobby_tells_the_host_what_to_do(party: BrowserParty) -> None:
    alice = await party.host_with({})
    steps = party.view("lobby").locator(".first-steps__list > *")
    await expect(steps).to_have_count(3)
    await expect(party.view("lobby").get_by_text("You run the game. To play too, scan the code")).to_be_visible()
    await expect(party.view("lobby").get_by_role("link", name="Open the TV screen")).to_be_visible()
    await party.connect("Carol")
    await expect(steps.first).to_be_hidden()
    await expect(alice.page.locator('[data-el="player-count"]')).to_have_text("1")


async def test_the_empty_stage_shows_how_an_evening_goes(party: BrowserParty) -> None:
    await party.host_with({"roundDurationSec": 45})
    stage = await party.watch()
    pictures = stage.page.locator('[data-el="pictures"]')
    await expect(pictures).to_be_visible()
    await expect(pictures).to_contain_text("45 seconds a turn. Most words win.")
    await party.connect("Carol")
    await expect(pictures).to_be_hidden()
    await expect(stage.page.get_by_text("1 player", exact=True)).to_be_visible()
