"""The host's page beyond a plain game: teams by every means, the rules, refusals, and what happens to the host."""

import json
from typing import Any

from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.browser.party import BrowserParty
from tests.browser.visitor import PHONE, Visitor

# What is drawn past the edge of the window, what clips itself aside.
OUTSIDE = """
() => {
  const { scrollHeight, scrollWidth } = document.documentElement;
  if (scrollHeight <= innerHeight && scrollWidth <= innerWidth) {
    return [];
  }
  return [...document.querySelectorAll("body *")]
    .filter((element) => {
      const box = element.getBoundingClientRect();
      return box.bottom > innerHeight || box.right > innerWidth;
    })
    .map((element) => element.outerHTML.slice(0, 80));
}
"""
QUICK = {"roundDurationSec": 30, "roundsPerTeam": 1}


def column(page: Page, number: int) -> Locator:
    return page.locator(f'.column[data-team-id="team_{number}"]')


def member(page: Page, name: str) -> Locator:
    return page.locator(".member", has_text=name)


async def in_setup(party: BrowserParty, **options: Any) -> Visitor:
    alice = await party.host_with(QUICK, **options)
    await party.join_all()
    await alice.button("Make teams").click()
    await party.reaches(alice, "teams")
    return alice


async def test_a_player_is_dragged_into_a_team(party: BrowserParty) -> None:
    alice = await in_setup(party)
    source, target = await member(alice.page, "Bob").bounding_box(), await column(alice.page, 2).bounding_box()
    assert source is not None
    assert target is not None
    await alice.page.mouse.move(source["x"] + 60, source["y"] + 20)
    await alice.page.mouse.down()
    await alice.page.mouse.move(target["x"] + 80, target["y"] + 90, steps=8)
    await alice.page.mouse.up()
    await expect(column(alice.page, 2).locator(".member")).to_contain_text(["Bob"])
    await expect(member(alice.page, "Bob")).to_have_attribute("aria-pressed", "false")


async def test_escape_calls_a_drag_off(party: BrowserParty) -> None:
    alice = await in_setup(party)
    source, target = await member(alice.page, "Bob").bounding_box(), await column(alice.page, 2).bounding_box()
    assert source is not None
    assert target is not None
    await alice.page.mouse.move(source["x"] + 60, source["y"] + 20)
    await alice.page.mouse.down()
    await alice.page.mouse.move(target["x"] + 80, target["y"] + 90, steps=8)
    await expect(column(alice.page, 2)).to_have_attribute("data-over", "")
    await alice.page.keyboard.press("Escape")
    await expect(alice.page.locator(".is-lifted")).to_have_count(0)
    await alice.page.mouse.up()
    await expect(column(alice.page, 2).locator(".member")).to_have_count(0)


async def test_a_player_is_chosen_and_then_a_team(party: BrowserParty) -> None:
    alice = await in_setup(party, device=PHONE)
    await member(alice.page, "Carol").tap()
    await column(alice.page, 1).get_by_role("button", name="Carol goes here").tap()
    await expect(column(alice.page, 1).locator(".member")).to_contain_text(["Carol"])
    await expect(alice.page.get_by_role("button", name="Carol goes here")).to_have_count(0)


async def test_keys_move_a_player_and_the_focus_stays_with_them(party: BrowserParty) -> None:
    alice = await in_setup(party)
    await member(alice.page, "Dave").focus()
    for key, number in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("2", 2)):
        await alice.page.keyboard.press(key)
        await expect(column(alice.page, number).locator(".member")).to_contain_text(["Dave"])
        await expect(member(alice.page, "Dave")).to_be_focused()


async def test_the_start_button_says_why_it_does_nothing(party: BrowserParty) -> None:
    alice = await in_setup(party)
    why = alice.page.locator('.teams [data-el="why"]')
    start = alice.button("Start the game")
    await expect(start).to_have_attribute("aria-disabled", "true")
    await expect(why).to_have_text("Everybody needs a team first.")
    for name in ("Bob", "Carol", "Dave"):
        await member(alice.page, name).focus()
        await alice.page.keyboard.press("1")
    await member(alice.page, "Erin").focus()
    await alice.page.keyboard.press("2")
    await expect(why).to_have_text("The teams differ by more than one. Move somebody, or shuffle.")
    await start.click(force=True)
    await expect(party.view("teams")).to_be_visible()
    await alice.button("Shuffle").click()
    await expect(why).to_have_text("")
    await expect(start).to_have_attribute("aria-disabled", "false")


async def test_rules_out_of_range_are_explained_and_good_ones_reach_the_lobby(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    dialog = alice.page.get_by_role("dialog", name="The rules")
    await alice.button("Change the rules").click()
    await dialog.get_by_label("Seconds a turn").fill("5")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Seconds a turn: a whole number from 10 to 180.")
    await dialog.get_by_label("Seconds a turn").fill("45")
    await dialog.get_by_label("A skipped word").select_option("-1")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).not_to_be_visible()
    await expect(party.view("lobby").locator('[data-el="rules"]')).to_contain_text("45 seconds a turn")
    await expect(party.view("lobby").locator('[data-el="rules"]')).to_contain_text("a skip costs a point")


async def test_a_refused_answer_is_taken_back(party: BrowserParty) -> None:
    """The card flies off at once; when the server says no, word, count and points are what they were."""
    alice = await party.host_with(QUICK)

    def refuse_answers(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            message = json.loads(text)
            if message["type"] != "WORD_SWIPED":
                server.send(text)
                return
            error = {"code": "INVALID_TRANSITION", "message": "Not now.", "requestType": "WORD_SWIPED"}
            error["requestId"] = message["requestId"]
            envelope = {"type": "ERROR", "roomId": party.code, "timestamp": 0, "version": "1.1", "broadcast": "actor"}
            socket.send(json.dumps({**envelope, "payload": error}))

        socket.on_message(pass_on)

    await alice.page.route_web_socket("**/ws/**", refuse_answers)
    await alice.page.reload()
    await party.join_all()
    await party.make_teams()
    await party.start()
    word = await alice.word()
    await alice.page.keyboard.press("Space")
    await expect(alice.page.get_by_text("Not now.")).to_be_visible()
    await expect(alice.card).to_have_attribute("data-refused", "")
    await expect(alice.word_text).to_have_text(word)
    await expect(alice.page.locator('[data-el="counts"]')).to_have_text("0 guessed · 0 skipped")
    await expect(alice.points).to_have_text(["0", "0"])


async def test_a_hidden_code_is_nowhere_on_the_page(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    spaced = f"{party.code[:3]} {party.code[3:]}"
    await expect(alice.page.get_by_text(spaced).first).to_be_visible()
    await alice.button("Hide code").click()
    await expect(alice.page.get_by_text(spaced)).to_have_count(0)
    await expect(alice.page.locator(".invite .qr")).to_have_css("opacity", "0")
    await alice.page.reload()
    await expect(alice.button("Show code")).to_be_visible()
    await alice.button("Show code").click()
    await expect(alice.page.get_by_text(spaced).first).to_be_visible()


async def test_who_hands_the_room_over_sees_a_calm_page_and_can_play(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    await party.join_all()
    await alice.button("What to do with Bob").click()
    await alice.button("Make host").click()
    await expect(alice.heading).to_have_text("Bob is the host now")
    await expect(alice.heading).to_be_focused()
    await alice.page.get_by_role("link", name="Join as a player").click()
    await expect(alice.page.locator("body")).to_have_attribute("data-screen", "lobby")


async def test_a_second_host_page_sends_the_first_to_rest(party: BrowserParty) -> None:
    alice = await party.host_with(QUICK)
    second = await alice.context.new_page()
    await second.goto(alice.page.url)
    await expect(second.locator('.view[data-screen="lobby"]')).to_be_visible()
    await expect(alice.heading).to_have_text("You’re hosting in another tab or on another device")
    await expect(second.locator('.view[data-screen="lobby"]')).to_be_visible()


async def test_a_word_that_falls_to_the_host_waits_behind_a_cover(party: BrowserParty) -> None:
    """The host's page may be on a TV when the explainer's phone goes and nobody else of the team is there."""
    alice = await party.host_with({**QUICK, "wordHolder": "explainer", "roundDurationSec": 120})
    await party.join_all(("Bob", "Carol"))
    await party.make_teams()
    await party.start()
    [explainer] = [phone for phone in party.phones if await phone.card.is_visible()]
    party.visitors.remove(explainer)
    await explainer.leave()
    cover = alice.page.locator('[data-el="cover"]')
    await expect(cover).to_be_visible(timeout=15_000)
    await expect(alice.word_text).to_have_text("…")
    await alice.button("Show the word here").click()
    await expect(cover).not_to_be_visible()
    word = await alice.word()
    await alice.page.keyboard.press("ArrowRight")
    assert await alice.word(other_than=word)
    await expect(alice.page.locator('[data-el="counts"]')).to_have_text("1 guessed · 0 skipped")


async def test_nothing_needs_scrolling_on_a_laptop_with_ten_players_and_five_teams(party: BrowserParty) -> None:
    alice = await party.host_with({**QUICK, "numTeams": 5})
    stage = await party.watch()
    names = ("Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Heidi", "Ivan", "Judy", "Ken")
    for name in names:
        await party.join(name)

    async def fits() -> None:
        for visitor in (alice, stage):
            outside = await visitor.page.evaluate(OUTSIDE)
            assert not outside, f"{visitor.name} has to scroll to {outside}"

    await expect(alice.page.locator(".lobby .tile")).to_have_count(10)
    await fits()
    await alice.button("Make teams").click()
    await alice.button("Shuffle").click()
    await expect(alice.button("Start the game")).to_have_attribute("aria-disabled", "false")
    await fits()
    await alice.button("Start the game").click()
    await party.reaches(alice, "round")
    await fits()
    await alice.page.keyboard.press("p")
    await party.reaches(alice, "pause")
    await fits()
    await alice.button("End the game").click()
    await alice.page.get_by_role("dialog").get_by_role("button", name="End the game").click()
    await party.reaches(alice, "results")
    await fits()
