"""A whole game with nothing but a keyboard: where the focus is can be seen, and it is never lost."""

import re

from playwright.async_api import Locator, expect

from tests.browser.party import BrowserParty
from tests.browser.visitor import LAPTOP, Visitor

MOST_TABS = 60
ROUND_S = 10

# What is wrong with the focus, or null. A heading or a word that the focus was put on is marked by what it is.
FOCUS_FAULT = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return "the focus is lost";
  const box = element.getBoundingClientRect();
  if (box.bottom < 0 || box.top > innerHeight) return `the focus is out of sight at ${element.outerHTML.slice(0, 80)}`;
  const marks = [element, element.nextElementSibling, element.closest("label")].filter(Boolean).map((one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  return element.tabIndex < 0 || marks.includes(true) ? null : `no mark at ${element.outerHTML.slice(0, 80)}`;
}"""


class Typist:
    """Somebody at a keyboard."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        """Type over what is in the field."""
        await self.press("Control+a")
        await self.page.keyboard.type(text)

    async def go_to(self, goal: Locator) -> None:
        """Tab on until this has the focus."""
        await expect(goal).to_be_visible()
        for _ in range(MOST_TABS):
            if await goal.evaluate("(element) => element === document.activeElement"):
                return
            await self.press("Tab")
            # From the page's end the focus goes to the browser's own buttons, and comes back from there.
            if await self.page.evaluate("() => document.activeElement !== document.body"):
                await self.sees_the_focus()
        raise AssertionError(f"{goal} cannot be reached with Tab")

    async def choose(self, goal: Locator) -> None:
        await self.go_to(goal)
        await self.press("Enter")

    async def sees_the_focus(self) -> None:
        fault = await self.page.evaluate(FOCUS_FAULT)
        assert fault is None, f"{self.visitor.name}: {fault}"


async def test_a_whole_game_by_keyboard(party: BrowserParty) -> None:
    alice = Typist(await party.invite("Alice", LAPTOP))
    await make_a_room(party, alice)
    bob = await join(party)
    await party.connect("Carol", "Dave", "Erin")
    await change_the_rules(alice)
    await look_into_dialogs(alice)

    # Teams: the players are moved by arrows and digits, and the focus stays with them.
    await alice.choose(party.host.button("Make teams"))
    await party.reaches(party.host, "teams")
    for name, key in {"Bob": "ArrowRight", "Carol": "2", "Dave": "1", "Erin": "ArrowLeft"}.items():
        player = alice.page.locator(".member", has_text=name)
        await alice.go_to(player)
        await alice.press(key)
        await expect(alice.page.locator(".column[data-team-id] .member", has_text=name)).to_be_focused()
    await alice.choose(party.host.button("Start the game"))

    await party.everybody_in("round")
    await play_by_keys(party, alice)
    await party.everybody_in("review", ROUND_S + 5)
    await correct_by_keys(party, alice)
    await alice.press("n")
    await party.everybody_in("round")
    await alice.sees_the_focus()
    await answer(alice, "Space")
    await party.everybody_sees([2, 1])
    await party.everybody_in("review", ROUND_S + 5)
    await alice.press("n")

    await party.everybody_in("results")
    await alice.sees_the_focus()
    await alice.choose(party.host.button("As a table"))
    await expect(alice.page.get_by_role("cell", name="2 (+2)")).to_be_visible()
    await alice.choose(party.host.button("Close the room"))
    question = alice.page.get_by_role("dialog", name="Close the room?")
    await alice.press("Escape")
    await expect(question).not_to_be_visible()
    await expect(party.host.button("Close the room")).to_be_focused()
    await alice.press("Enter")
    await alice.choose(question.get_by_role("button", name="Close the room"))
    await party.everybody_in("ended")
    await alice.sees_the_focus()
    await Typist(bob).sees_the_focus()


async def make_a_room(party: BrowserParty, alice: Typist) -> None:
    await party.host.open("/")
    await alice.go_to(alice.page.get_by_label("Your name"))
    await alice.type("Alice")
    await alice.choose(party.host.button("Start a party"))
    await alice.page.wait_for_url(re.compile(r"/host/[A-Z0-9]{6}/$"))
    party.code = alice.page.url.rstrip("/").rsplit("/", 1)[1]
    await party.reaches(party.host, "lobby")


async def join(party: BrowserParty) -> Visitor:
    """Bob has a keyboard too; his first name will not do."""
    bob = await party.invite("Bob")
    await bob.open(f"/{party.code}")
    typist, name = Typist(bob), bob.page.get_by_role("textbox", name="What’s your name?")
    await typist.go_to(name)
    await typist.press("Enter")
    await expect(bob.page.get_by_role("alert").filter(has_text="Please say who you are.")).to_be_visible()
    await expect(name).to_be_focused()
    await typist.type("Bob")
    await typist.press("Enter")
    await party.reaches(bob, "lobby")
    await typist.sees_the_focus()
    await typist.choose(bob.button("Menu"))
    await expect(bob.page.get_by_role("dialog")).to_be_visible()
    await typist.press("Escape")
    await expect(bob.page.get_by_role("dialog")).not_to_be_visible()
    await expect(bob.button("Menu")).to_be_focused()
    return bob


async def change_the_rules(alice: Typist) -> None:
    await alice.choose(alice.visitor.button("Change the rules"))
    rules = alice.page.get_by_role("dialog", name="The rules")
    for label, value in {"Seconds a turn": str(ROUND_S), "Turns for each team": "1"}.items():
        await alice.go_to(rules.get_by_label(label))
        await alice.type(value)
    holder = rules.get_by_label("The explainer reads from")
    await alice.go_to(holder)
    await alice.press("ArrowDown")
    await expect(holder).to_have_value("host")
    await alice.go_to(rules.get_by_label("Seconds a turn"))
    await alice.press("Enter")
    await expect(rules).not_to_be_visible()
    await expect(alice.visitor.button("Change the rules")).to_be_focused()


async def look_into_dialogs(alice: Typist) -> None:
    """Each dialog takes the focus, lets Escape close it, and gives the focus back."""
    dialog = alice.page.get_by_role("dialog")
    for label in ("Enlarge the QR code", "What to do with Carol", "Menu", "Change the rules"):
        opener = alice.visitor.button(label)
        await alice.choose(opener)
        await expect(dialog).to_be_visible()
        assert await dialog.evaluate("(element) => element.contains(document.activeElement)"), label
        await alice.press("Escape")
        await expect(dialog).not_to_be_visible()
        await expect(opener).to_be_focused()


async def play_by_keys(party: BrowserParty, alice: Typist) -> None:
    """Two guessed, one of them put back and skipped; a pause in between."""
    await alice.sees_the_focus()
    await answer(alice, "ArrowRight")
    mistaken = await answer(alice, "Space")
    await alice.press("u")
    await expect(alice.visitor.word_text).to_have_text(mistaken)
    await alice.press("p")
    await party.everybody_in("pause")
    await alice.sees_the_focus()
    await party.everybody_sees([1, 0])
    await alice.choose(party.host.button("Resume"))
    await party.everybody_in("round")
    await alice.sees_the_focus()
    await answer(alice, "ArrowLeft")
    await alice.visitor.word()


async def correct_by_keys(party: BrowserParty, alice: Typist) -> None:
    """What was skipped had been guessed after all."""
    await alice.sees_the_focus()
    await alice.choose(party.view("review").locator(".verdict").nth(1))
    await party.everybody_sees([2, 0])


async def answer(alice: Typist, key: str) -> str:
    """Answer the live word with a key; the word."""
    word = await alice.visitor.word()
    await alice.press(key)
    await alice.visitor.word(other_than=word)
    return word
