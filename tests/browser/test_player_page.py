"""A player's phone beyond a plain game: names, coming and going, other phones, and a player who becomes the host."""

import re
from typing import Any

from playwright.async_api import expect

from tests.browser.party import BrowserParty
from tests.browser.visitor import Visitor
from tests.support.party import CAST

QUICK = {"roundDurationSec": 30, "roundsPerTeam": 1}
SMALL: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
CROWD = ("Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Heidi", "Ivan", "Judy", "Ken")
SCROLLS = """() => {
  const screens = document.querySelector(".screens");
  return screens.scrollHeight > screens.clientHeight || document.documentElement.scrollHeight > innerHeight
    || document.documentElement.scrollWidth > innerWidth;
}"""
HIDE = """(isHidden) => {
  Object.defineProperty(document, "visibilityState", { value: isHidden ? "hidden" : "visible", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def screen_is(phone: Visitor, name: str) -> None:
    await expect(phone.page.locator("body")).to_have_attribute("data-screen", name)


async def in_round(party: BrowserParty, **settings: Any) -> tuple[Visitor, list[Visitor]]:
    """Four phones in two teams, the first round running; the one who explains, and the others."""
    await party.host_with({**QUICK, "wordHolder": "explainer", **settings})
    await party.join_all()
    await party.make_teams()
    await party.start()
    explaining = [phone for phone in party.phones if await phone.card.is_visible()]
    assert len(explaining) == 1
    return explaining[0], [phone for phone in party.phones if phone not in explaining]


async def menu(phone: Visitor, choice: str) -> None:
    await phone.button("Menu").tap()
    await phone.button(choice).tap()


# Names


async def test_a_name_is_all_that_is_asked_for(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    bob = await party.invite("Bob")
    await bob.open(f"/{party.code.lower()}")
    await expect(bob.page.get_by_role("textbox")).to_have_count(1)
    await expect(bob.page.get_by_text("Alice’s game")).to_be_visible()


async def test_a_name_that_is_taken_is_said_at_the_field_and_another_one_gets_in(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    await party.join("Bob")
    twin = await party.invite("Robert")
    await twin.open(f"/{party.code}")
    field = twin.page.get_by_role("textbox", name="What’s your name?")
    await field.fill(" bob ")
    await twin.button("Join the game").tap()
    await expect(twin.page.get_by_text("Somebody here already has this name")).to_be_visible()
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await field.fill("Robert")
    await twin.button("Join the game").tap()
    await screen_is(twin, "lobby")


async def test_without_a_name_nothing_is_sent(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    bob = await party.invite("Bob")
    await bob.open(f"/{party.code}")
    await bob.button("Join the game").tap()
    await expect(bob.page.get_by_text("Please say who you are")).to_be_visible()
    assert bob.heard == []


# Coming and going


async def test_home_knows_the_way_back(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    bob = await party.join("Bob")
    await bob.open("/")
    await bob.page.get_by_role("link", name=re.compile(r"Play in .* as Bob")).tap()
    await screen_is(bob, "lobby")
    await expect(bob.page.locator('[data-el="my-name"]')).to_have_text("Bob")


async def test_a_session_that_is_not_known_any_more_asks_for_the_name_again(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    bob = await party.join("Bob")
    await bob.page.evaluate(
        "(key) => localStorage.setItem(key, JSON.stringify({sessionId: 'forgotten'}))", f"partyflow.seat.{party.code}"
    )
    await bob.page.reload()
    await expect(bob.page.get_by_text("Your seat was given up")).to_be_visible()
    await party.say_name(bob, "Bobby")


async def test_a_second_window_takes_the_seat_and_the_first_can_take_it_back(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    bob = await party.join("Bob")
    second = await bob.context.new_page()
    await second.goto(bob.page.url)
    await expect(second.locator("body")).to_have_attribute("data-screen", "lobby")
    await expect(bob.heading).to_have_text("You’re playing in another tab or phone")
    await bob.button("Play here").tap()
    await screen_is(bob, "lobby")
    await expect(second.locator("h1:visible")).to_have_text("You’re playing in another tab or phone")


async def test_who_is_kicked_is_told_calmly_and_may_join_again(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    bob = await party.join("Bob")
    await alice.button("What to do with Bob").click()
    await alice.button(re.compile("^Remove")).first.click()
    await expect(bob.heading).to_have_text("You were removed by the host")
    await expect(bob.page.locator(".toast")).to_have_count(0)
    await bob.button("Join again").tap()
    await party.say_name(bob, "Bobby")


async def test_leaving_asks_first(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    bob = await party.join("Bob")
    await menu(bob, "Leave the game")
    await bob.button("Cancel").tap()
    seats = party.view("lobby").locator(".tile")
    await expect(seats).to_have_count(1)
    await menu(bob, "Leave the game")
    await bob.button("Leave", exact=True).tap()
    await expect(bob.heading).to_have_text("You’ve left the game")
    await expect(seats).to_have_count(0)
    await bob.page.reload()
    await screen_is(bob, "join")


async def test_a_full_room_offers_to_watch(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    await party.connect(*CROWD)
    late = await party.invite("Late")
    await late.open(f"/{party.code}")
    await expect(late.heading).to_have_text("This room is full")
    await late.page.get_by_role("link", name="Watch the game").tap()
    await expect(late.page).to_have_url(re.compile(rf"/stage/{party.code}/$"))


async def test_a_locked_room_lets_those_back_in_who_have_a_seat(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    bob = await party.join("Bob")
    await alice.button(re.compile("^Lock")).click()
    late = await party.invite("Late")
    await expect(alice.page.get_by_text("Locked: nobody new can join")).to_be_visible()
    await late.open(f"/{party.code}")
    await expect(late.heading).to_have_text("The room is locked")
    await bob.page.reload()
    await screen_is(bob, "lobby")


async def test_a_closed_room_says_so_and_its_address_is_gone(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    bob = await party.join("Bob")
    await alice.button("Menu").click()
    await alice.button("Close the room").click()
    await alice.page.locator("dialog[open]").get_by_role("button", name=re.compile("^Close")).click()
    await expect(bob.heading).to_have_text("The party is over")
    bob.tolerate("404")
    assert await bob.open(f"/{party.code}") == 404
    await expect(bob.heading).to_have_text("There is no such room")


async def test_a_seat_moves_to_another_phone(party: BrowserParty) -> None:
    await party.host_with(QUICK)
    bob = await party.join("Bob")
    await menu(bob, "Move to another phone")
    url = bob.page.locator('[data-el="seat-url"]')
    await expect(url).to_have_text(re.compile(r"/seat/\S+"))
    other = await party.invite("Bob's other phone")
    await other.open("/" + (await url.inner_text()).split("/", 3)[3])
    await other.button("Take the seat").tap()
    await screen_is(other, "lobby")
    await expect(other.page.locator('[data-el="my-name"]')).to_have_text("Bob")
    await expect(bob.heading).to_have_text("You’re playing in another tab or phone")


# The round


async def test_everybody_reads_what_to_do(party: BrowserParty) -> None:
    explainer, others = await in_round(party)
    await expect(explainer.heading).to_have_text("Explain!")
    said = sorted([await phone.heading.inner_text() for phone in others])
    assert said == ["Guess!", "Quiet…", "Quiet…"]


async def test_a_hidden_phone_shows_no_word(party: BrowserParty) -> None:
    explainer, _ = await in_round(party)
    word = await explainer.word()
    await explainer.page.evaluate(HIDE, True)
    await expect(explainer.word_text).to_have_text("")
    await explainer.page.evaluate(HIDE, False)
    await expect(explainer.word_text).to_have_text(word)


async def test_an_answer_can_be_undone(party: BrowserParty) -> None:
    explainer, _ = await in_round(party)
    word = await explainer.word()
    await explainer.button("Guessed").tap()
    await explainer.word(other_than=word)
    await party.everybody_sees([1, 0])
    await explainer.button("Undo").tap()
    await expect(explainer.word_text).to_have_text(word)
    await party.everybody_sees([0, 0])


async def test_nothing_scrolls_on_a_small_phone_with_five_teams(party: BrowserParty) -> None:
    alice = await party.host_with({**QUICK, "numTeams": 5, "wordHolder": "explainer"})
    small = [await party.join(name, device=SMALL) for name in ("Bartholomew of Essex", "Wolfgang Amadeus")]
    await party.connect(*CROWD[2:])
    await alice.button("Make teams").click()
    await alice.button("Shuffle").click()
    await party.start()
    for phone in small:
        assert not await phone.page.evaluate(SCROLLS), phone.name
    await alice.button(re.compile("^Pause")).click()
    for phone in small:
        await expect(phone.heading).to_have_text("Paused")
        assert not await phone.page.evaluate(SCROLLS), phone.name


async def test_a_word_can_be_reported_in_the_review(party: BrowserParty) -> None:
    explainer, others = await in_round(party, roundDurationSec=10)
    word = await explainer.word()
    await explainer.button("Skip").tap()
    await party.everybody_in("review", patience_s=20)
    await others[0].button(f"Report the word {word}").tap()
    await others[0].button("Too hard to explain").tap()
    await expect(others[0].page.get_by_text("The word has been reported")).to_be_visible()
    await expect(others[0].page.get_by_role("button", name=f"Report the word {word}")).to_be_disabled()


async def test_a_player_who_is_made_host_has_the_controls(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    phones = await party.join_all(CAST)
    await alice.button("What to do with Bob").click()
    await alice.button("Make host").click()
    bob = phones[0]
    await expect(bob.page.get_by_text("You are the host now.")).to_be_visible()
    await bob.button("Make teams").tap()
    await bob.button("Shuffle").tap()
    await bob.button("Start the game").tap()
    await expect(bob.heading).to_have_text(re.compile("Explain!|Guess!|Quiet…"), timeout=8_000)
    await bob.button("Pause").tap()
    for phone in phones:
        await expect(phone.heading).to_have_text("Paused")
    await bob.button("Resume").tap()
    await expect(phones[1].heading).to_have_text(re.compile("Explain!|Guess!|Quiet…"))
    await bob.button("Pause").tap()
    await bob.button("End the game").tap()
    await bob.page.locator("dialog[open]").get_by_role("button", name="End the game").tap()
    for phone in phones:
        await screen_is(phone, "results")
