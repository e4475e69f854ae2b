"""What the pages do when something happens to them: a reload, a second tab, a lost line, a locked door."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.party import BrowserParty
from tests.browser.visitor import LAPTOP, PHONE, Visitor
from tests.support.site import Site

LONG_ROUND = {"roundDurationSec": 120}
ON_PHONES = {**LONG_ROUND, "wordHolder": "explainer"}
OFFLINE = r"WebSocket connection|ERR_INTERNET_DISCONNECTED"

# Each request for a wake lock, with the event in whose handler it was made: there is none after an `await`.
WATCH_WAKE_LOCK = """
window.asked = [];
Object.defineProperty(navigator, "wakeLock", {
  value: { request: (kind) => { window.asked.push([kind, window.event?.type]); return new Promise(() => {}); } },
});
"""
NO_WAKE_LOCK = "delete Navigator.prototype.wakeLock;"
HIDE = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def in_a_round(party: BrowserParty, settings: dict[str, Any]) -> tuple[Visitor, Visitor]:
    """Alice's laptop and Bob's phone, and a round that has begun; Bob explains."""
    alice = await party.host_with(settings)
    bob = await party.join("Bob")
    await party.connect("Carol", "Dave", "Erin")
    await party.make_teams()
    await party.start()
    return alice, bob


async def test_a_reload_brings_everybody_back_to_their_seat(party: BrowserParty) -> None:
    alice, bob = await in_a_round(party, LONG_ROUND)
    stage = await party.watch()
    word = await alice.word()
    await alice.button("Guessed").click()
    word = await alice.word(other_than=word)
    await party.everybody_sees([1, 0])
    for visitor in (alice, bob, stage):
        await visitor.page.reload()
    await party.everybody_in("round")
    await party.everybody_sees([1, 0])
    assert await alice.word() == word
    await expect(bob.page.locator('[data-el="my-name"]')).to_have_text("Bob")
    await expect(bob.page.locator('[data-el="my-team"]')).to_have_text("Team Red")
    await expect(bob.page.locator('[data-el="role"]')).to_have_text("Explain!")


async def test_of_two_tabs_the_newest_has_the_seat_and_the_other_waits(party: BrowserParty) -> None:
    alice, bob = await in_a_round(party, ON_PHONES)
    tab = Visitor("Bob's other tab", party.site, await bob.context.new_page())
    await tab.open(f"/{party.code}")
    await expect(tab.page.locator('[data-el="role"]')).to_have_text("Explain!")
    word = await tab.word()
    await expect(bob.heading).to_have_text("You’re playing in another tab or phone")
    assert word not in await bob.page.content()
    await bob.button("Play here").tap()
    assert await bob.word() == word
    await expect(tab.heading).to_have_text("You’re playing in another tab or phone")
    await bob.button("Guessed").tap()
    await party.reaches(alice, "round")
    await expect(alice.points).to_have_text(["1", "0"])
    tab.check()


async def test_a_seat_moves_to_another_phone(party: BrowserParty) -> None:
    _, bob = await in_a_round(party, ON_PHONES)
    word = await bob.word()
    await bob.button("Menu").tap()
    await bob.button("Move to another phone").tap()
    link = bob.page.locator('[data-el="seat-url"]')
    await expect(link).to_have_text(re.compile(rf"/{party.code}/seat/"))
    phone = await party.invite("Bob's new phone")
    await phone.open(re.sub(r"^https?://[^/]+", "", await link.inner_text()))
    await phone.button("Take the seat").tap()
    assert await phone.word() == word
    await expect(phone.page.locator('[data-el="my-name"]')).to_have_text("Bob")
    await expect(bob.heading).to_have_text("You’re playing in another tab or phone")


async def test_a_link_to_a_seat_works_once(party: BrowserParty) -> None:
    await party.host_with(LONG_ROUND)
    bob = await party.join("Bob")
    await bob.button("Menu").tap()
    await bob.button("Move to another phone").tap()
    shown = bob.page.locator('[data-el="seat-url"]')
    await expect(shown).to_have_text(re.compile(r"/seat/\S+"))
    link = re.sub(r"^https?://[^/]+", "", await shown.inner_text())
    first, second = await party.invite("First"), await party.invite("Second")
    second.tolerate("status of 410")
    await first.open(link)
    await second.open(link)
    await first.button("Take the seat").tap()
    await expect(first.heading).to_have_text(re.compile("^You’re in, "))
    await second.button("Take the seat").tap()
    await expect(second.page.get_by_role("alert")).to_contain_text("used already")


async def test_who_was_removed_is_told_and_may_come_again(party: BrowserParty) -> None:
    alice = await party.host_with(LONG_ROUND)
    bob = await party.join("Bob")
    await alice.button("What to do with Bob").click()
    await alice.button("Remove", exact=True).click()
    await expect(bob.heading).to_have_text("You were removed by the host")
    await bob.page.reload()
    await expect(bob.heading).to_have_text("What’s your name?")
    await party.say_name(bob, "Bob")
    await expect(alice.page.locator(".tile")).to_contain_text(["Bob"])


async def test_leaving_is_asked_about_first(party: BrowserParty) -> None:
    alice = await party.host_with(LONG_ROUND)
    bob = await party.join("Bob")
    question = bob.page.get_by_role("dialog", name="Leave the game?")
    await bob.button("Menu").tap()
    await bob.button("Leave the game").tap()
    await question.get_by_role("button", name="Cancel").tap()
    await expect(question).not_to_be_visible()
    await expect(bob.heading).to_have_text(re.compile("^You’re in, "))
    await bob.button("Menu").tap()
    await bob.button("Leave the game").tap()
    await question.get_by_role("button", name="Leave").tap()
    await expect(bob.heading).to_have_text("You’ve left the game")
    await expect(alice.page.get_by_text("Show this on the TV").first).to_be_visible()
    await bob.button("Join again").tap()
    await expect(bob.heading).to_have_text("What’s your name?")


async def test_a_closed_room_sends_everybody_home(party: BrowserParty) -> None:
    alice, bob = await in_a_round(party, LONG_ROUND)
    stage = await party.watch()
    await alice.word()
    await alice.page.keyboard.press("Space")
    await party.everybody_sees([1, 0])
    await alice.button("Menu").click()
    await alice.page.get_by_role("dialog").get_by_role("button", name="Close the room").click()
    question = alice.page.get_by_role("dialog", name="Close the room?")
    await question.get_by_role("button", name="Close the room").click()
    await party.everybody_in("ended")
    await party.everybody_sees([1, 0])
    await expect(stage.heading).to_contain_text("The room is closed")
    await bob.page.get_by_role("link", name="Start another one").tap()
    await expect(bob.heading).to_have_text("Explain it. Don’t say it.")
    await expect(bob.page.get_by_role("heading", name="Back to your room")).not_to_be_visible()
    bob.tolerate("status of 404")
    assert await bob.open(f"/{party.code}") == 404


async def test_a_full_room_offers_to_watch(party: BrowserParty) -> None:
    await party.host_with(LONG_ROUND)
    await party.connect(*(f"Player {number}" for number in range(10)))
    late = await party.invite("Late")
    await late.open(f"/{party.code}")
    await expect(late.heading).to_have_text("This room is full")
    await late.page.get_by_role("link", name="Watch the game").tap()
    await expect(late.page.locator(".tile")).to_have_count(10)


async def test_the_last_seat_can_go_while_somebody_types_a_name(party: BrowserParty) -> None:
    await party.host_with(LONG_ROUND)
    late = await party.invite("Late")
    await late.open(f"/{party.code}")
    await party.connect(*(f"Player {number}" for number in range(10)))
    await late.page.get_by_role("textbox").fill("Late")
    await late.button("Join the game").tap()
    await expect(late.heading).to_have_text("This room is full")


async def test_a_locked_room_lets_in_who_has_a_seat_and_nobody_new(party: BrowserParty) -> None:
    alice = await party.host_with(LONG_ROUND)
    bob = await party.join("Bob")
    late = await party.invite("Late")
    await late.open(f"/{party.code}")
    await alice.button("Lock").click()
    await expect(alice.button("Locked")).to_have_attribute("aria-pressed", "true")
    await late.page.get_by_role("textbox").fill("Late")
    await late.button("Join the game").tap()
    await expect(late.heading).to_have_text("The room is locked")
    await bob.page.reload()
    await expect(bob.heading).to_have_text(re.compile("^You’re in, "))
    await alice.button("Locked").click()
    await expect(alice.button("Lock", exact=True)).to_have_attribute("aria-pressed", "false")
    await late.button("Try again").tap()
    await party.say_name(late, "Late")


async def test_an_unknown_code_leads_back_to_where_codes_are_typed(party: BrowserParty) -> None:
    bob = await party.invite("Bob")
    bob.tolerate("status of 404")
    for path in ("/ZZZZZZ", "/host/ZZZZZZ/", "/stage/ZZZZZZ/"):
        assert await bob.open(path) == 404
        await expect(bob.heading).to_have_text("There is no such room")
    await bob.page.get_by_role("link", name="Type the code again").tap()
    await expect(bob.page.get_by_label("The room’s code")).to_be_visible()


async def test_a_code_is_taken_however_it_is_typed(party: BrowserParty) -> None:
    await party.host_with(LONG_ROUND)
    bob = await party.invite("Bob")
    await bob.open("/")
    field = bob.page.get_by_label("The room’s code")
    await field.fill("abc")
    await field.press("Enter")
    await expect(bob.page.get_by_role("alert").filter(has_text="A code has six letters")).to_be_visible()
    await field.fill(f" {party.code[:3].lower()}-{party.code[3:].lower()} ")
    await field.press("Enter")
    await party.say_name(bob, "Bob")


async def test_the_home_page_leads_back_to_the_room_one_is_in(party: BrowserParty) -> None:
    alice = await party.host_with(LONG_ROUND)
    bob = await party.join("Bob")
    spaced = f"{party.code[:3]} {party.code[3:]}"
    await bob.open("/")
    await bob.page.get_by_role("link", name=f"Play in {spaced} as Bob").tap()
    await bob.page.wait_for_url(f"**/{party.code}")
    await expect(bob.heading).to_have_text(re.compile("^You’re in, "))
    await alice.open("/")
    await alice.page.get_by_role("link", name=f"Host {spaced}").click()
    await expect(alice.page.locator(".tile")).to_contain_text(["Bob"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("  ", "Please say who you are."),
        ("A name of many letters", "This name cannot be used. Take 1 to 20 letters, digits or emoji."),
        ("В\u043eb", "This name looks like Bob. Take another one."),
        ("bob", "Somebody here already has this name. Take another one."),
        ("B\u202eob", "This name cannot be used. Take 1 to 20 letters, digits or emoji."),
    ],
)
async def test_a_name_that_will_not_do_is_explained_beside_the_field(party: BrowserParty, name: str, told: str) -> None:
    await party.host_with(LONG_ROUND)
    await party.connect("Bob")
    phone = await party.invite("Phone")
    await phone.open(f"/{party.code}")
    field = phone.page.get_by_role("textbox", name="What’s your name?")
    await field.fill(name)
    await phone.button("Join the game").tap()
    await expect(phone.page.locator("#name-error")).to_have_text(told)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await party.say_name(phone, "Robert")
    await expect(phone.page.locator("#name-error")).to_be_empty()


async def test_a_refused_answer_is_taken_back_on_the_phone(party: BrowserParty) -> None:
    _, bob = await in_a_round(party, ON_PHONES)
    await refuse_answers(bob.page)
    await bob.page.reload()
    word = await bob.word()
    await bob.throw_with_finger(to_the_right=True)
    await expect(bob.page.get_by_text("Not now.")).to_be_visible()
    await expect(bob.word_text).to_have_text(word)
    await party.everybody_sees([0, 0])


async def refuse_answers(page: Page) -> None:
    """Answer every swipe of this page as a server that had already moved on."""

    def connect(socket: WebSocketRoute) -> None:
        room = socket.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            message = json.loads(text)
            if message["type"] != "WORD_SWIPED":
                room.send(text)
                return
            envelope = {"type": "ERROR", "roomId": message["roomId"], "timestamp": 0, "version": "1.1"}
            error = {"code": "INVALID_TRANSITION", "message": "Not now.", "requestType": "WORD_SWIPED"}
            error["requestId"] = message["requestId"]
            socket.send(json.dumps({**envelope, "broadcast": "actor", "payload": error}))

        socket.on_message(pass_on)

    await page.route_web_socket("**/ws/**", connect)


async def test_the_wake_lock_is_asked_for_in_the_tap_itself(party: BrowserParty) -> None:
    alice = await party.invite("Alice", LAPTOP)
    await alice.context.add_init_script(WATCH_WAKE_LOCK)
    await alice.open("/")
    await alice.button("Start a party").click()
    await alice.button("Turn on sound").click()
    assert await alice.page.evaluate("() => window.asked") == [["screen", "click"]]
    party.code = alice.page.url.rstrip("/").rsplit("/", 1)[1]
    bob = await party.invite("Bob")
    await bob.context.add_init_script(WATCH_WAKE_LOCK)
    await bob.open(f"/{party.code}")
    assert await bob.page.evaluate("() => window.asked") == []
    await party.say_name(bob, "Bob")
    asked = await bob.page.evaluate("() => window.asked")
    assert asked
    assert {event for _, event in asked} <= {"click", "touchend", "submit"}
    # After a reload there was no tap yet: a button asks for one.
    await bob.page.reload()
    await bob.button("Tap to keep the screen on").tap()
    assert await bob.page.evaluate("() => window.asked") == [["screen", "click"]]


async def test_without_a_wake_lock_a_silent_film_keeps_the_screen_on(party: BrowserParty) -> None:
    """As on the plain HTTP of a party at home."""
    await party.host_with(LONG_ROUND)
    bob = await party.invite("Bob")
    await bob.context.add_init_script(NO_WAKE_LOCK)
    await bob.open(f"/{party.code}")
    await party.say_name(bob, "Bob")
    film = bob.page.locator("video")
    await expect(film).to_have_js_property("paused", False)
    await expect(film).to_have_js_property("error", None)


async def test_a_hidden_page_shows_no_word(party: BrowserParty) -> None:
    _, bob = await in_a_round(party, ON_PHONES)
    word = await bob.word()
    await bob.page.evaluate(HIDE, "hidden")
    assert word not in await bob.page.inner_text("body")
    await bob.page.evaluate(HIDE, "visible")
    assert await bob.word() == word


async def test_a_phone_that_was_offline_catches_up_by_itself(party: BrowserParty) -> None:
    alice, bob = await in_a_round(party, LONG_ROUND)
    bob.tolerate(OFFLINE)
    await alice.word()
    await bob.context.set_offline(True)
    # The last frame stays, and a badge says what is wrong.
    line = bob.page.locator('[data-el="connection"]')
    await expect(line).not_to_have_attribute("data-phase", "online")
    await expect(line).to_be_visible()
    await expect(bob.page.locator('[data-el="role"]')).to_have_text("Explain!")
    await alice.page.keyboard.press("Space")
    await expect(alice.points).to_have_text(["1", "0"])
    await expect(bob.points).to_have_text(["0", "0"])
    await bob.context.set_offline(False)
    await expect(line).to_have_attribute("data-phase", "online")
    await expect(bob.points).to_have_text(["1", "0"])
    await expect(bob.page.get_by_text(re.compile("You missed"))).to_be_visible()


async def test_who_comes_late_watches_one_round_and_then_plays(party: BrowserParty) -> None:
    alice, _ = await in_a_round(party, {"roundDurationSec": 10, "roundsPerTeam": 2})
    frank = await party.join("Frank")
    await expect(frank.page.locator('[data-el="role"]')).to_have_text("Watch")
    await party.reaches(alice, "review", 15)
    await alice.button("Next round").click()
    await expect(frank.page.locator('[data-el="role"]')).to_have_text(
        re.compile("Guess!|Quiet…|Explain!"), timeout=9_000
    )
    await expect(frank.page.locator('[data-el="my-team"]')).to_have_text(re.compile("^Team "))


async def test_every_page_has_its_scripts_and_styles_in_files_of_the_site(party: BrowserParty, site: Site) -> None:
    alice = await party.host_with(LONG_ROUND)
    for path in ("/", f"/{party.code}", f"/host/{party.code}/", f"/stage/{party.code}/", "/ZZZZZZ"):
        answer = await alice.context.request.get(path)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in f"{policy};"
        assert "style-src 'self';" in f"{policy};"
        assert "unsafe" not in policy
        html = await answer.text()
        for script in re.findall(r"<script[^>]*>", html):
            assert 'src="/' in script or 'type="application/json"' in script, script
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html), path


async def test_a_page_without_javascript_says_that_it_needs_it(party: BrowserParty) -> None:
    await party.host_with(LONG_ROUND)
    for path in (f"/{party.code}", f"/stage/{party.code}/"):
        old = await party.invite("Old browser", PHONE, java_script_enabled=False)
        await old.open(path)
        # Playwright reads no text inside <noscript>, whether it is shown or not.
        told = old.page.locator("noscript p")
        await expect(told).to_be_visible()
        assert "This page needs JavaScript" in (await told.text_content() or "")
