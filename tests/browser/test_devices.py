"""Phones and laptops as they are: what a page does where a browser lacks something, or a part of it fails."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import Route, WebSocket, expect

from tests.browser.modules import STATIC
from tests.browser.party import BrowserParty
from tests.browser.test_player_page import in_round
from tests.browser.visitor import LAPTOP, Visitor

# Safari before 17.4.
NO_CHECK_VISIBILITY = "delete Element.prototype.checkVisibility;"
# Parts of views that throw, as those do that use what a browser lacks: the clock's ring and the buzz of a turn.
VIEWS_THROW = """
Number.prototype.toFixed = () => { throw new TypeError('no such thing'); };
navigator.vibrate = () => { throw new TypeError('no such thing'); };
"""

STUBBED_FILM = """
delete Navigator.prototype.wakeLock;
window.mayPlay = true;
window.isPlaying = false;
Object.defineProperty(HTMLMediaElement.prototype, "paused", { get: () => !window.isPlaying });
HTMLMediaElement.prototype.play = function () {
  if (!window.mayPlay) return Promise.reject(new DOMException("", "NotAllowedError"));
  window.isPlaying = true;
  return Promise.resolve();
};
window.toAnotherAppAndBack = () => {
  const see = (state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  see("hidden");
  window.isPlaying = window.mayPlay = false;
  document.querySelector("video").dispatchEvent(new Event("pause"));
  see("visible");
};
"""
STUBBED_AUDIO = """
window.contexts = [];
window.AudioContext = class extends AudioContext {
  told = "suspended";
  constructor() { super(); window.contexts.push(this); }
  get state() { return this.told; }
  resume() { this.told = "running"; return super.resume(); }
};
"""
STORAGE_FULL = """
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
"""
STORAGE_BLOCKED = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get: () => { throw new DOMException("blocked", "SecurityError"); } });
}
"""
PRESS = """([key, code]) => {
  const at = document.activeElement ?? document.body;
  at.dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }));
}"""
GO_BACK = "() => { setTimeout(() => history.back()); }"
COUNT_CHANGES = """(region) => {
  const element = document.querySelector(region);
  window.told = [];
  new MutationObserver(() => window.told.push(element.textContent)).observe(element, { childList: true });
}"""
TRANSLATOR = """
const translate = () => {
  const texts = document.createTreeWalker(document.body ?? document, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: node } = texts;
    const may = node.data.trim() && !node.data.startsWith("~") && !node.parentElement.closest("[translate=no], script");
    if (may) node.data = `~${node.data}`;
  }
};
document.addEventListener("DOMContentLoaded", () => {
  translate();
  new MutationObserver(translate).observe(document.body, { childList: true, subtree: true, characterData: true });
});
"""
TOUCH_ACTIONS = """() => {
  const all = [...document.querySelectorAll("html, body, a, button, input, label, select, summary, .word")];
  const actions = all.map((element) => getComputedStyle(element).touchAction);
  const viewport = document.querySelector("meta[name=viewport]").content;
  return {
    manipulation: actions.every((action) => action !== "auto"),
    pinch: actions.every((action) => /manipulation|pinch-zoom/.test(action)),
    scale: !/user-scalable|maximum-scale/.test(viewport),
  };
}"""


def frames_sent(visitor: Visitor) -> list[dict[str, Any]]:
    """Everything that the page sends from now on; to be called before it is opened."""
    sent: list[dict[str, Any]] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(json.loads(str(frame))))

    visitor.page.on("websocket", watch)
    return sent


def acknowledged(visitor: Visitor, sent: list[dict[str, Any]], type_: str) -> tuple[set[str], list[str]]:
    """The acknowledgements that the page was asked for with this message, and all that it sent."""
    heard = [json.loads(frame) for frame in visitor.heard]
    wanted = [message["ackId"] for message in heard if message["type"] == type_ and message.get("requiresAck")]
    return set(wanted), [message["payload"]["ackId"] for message in sent if message["type"] == "ACK"]


# Keeping the screen on: tests/js/wake_lock.test.js has the rest


def test_the_film_has_a_sound_track_and_is_neither_muted_nor_looped() -> None:
    """Browsers let the screen go off behind any other (ADR-33)."""
    media = STATIC / "media"
    assert b"soun" in (media / "awake.mp4").read_bytes()
    assert b"A_OPUS" in (media / "awake.webm").read_bytes()
    assert re.findall(r"muted|\bloop\b", (STATIC.parent / "templates" / "awake.html").read_text()) == []


async def test_with_a_stubbed_film_the_hint_comes_back_until_a_tap_plays_it_again(party: BrowserParty) -> None:
    """Plain http: back from another app nothing may play without a tap."""
    await party.host_with({})
    bob = await party.invite("Bob")
    await bob.context.add_init_script(STUBBED_FILM)
    await bob.open(f"/{party.code}")
    hint = bob.button("Tap to keep the screen on")
    await expect(hint).to_be_hidden()
    await party.say_name(bob, "Bob")
    await expect(hint).to_be_hidden()
    await bob.page.evaluate("() => window.toAnotherAppAndBack()")
    await expect(hint).to_be_visible()
    await bob.page.evaluate("() => { window.mayPlay = true; }")
    await bob.heading.tap()
    await expect(hint).to_be_hidden()
    assert await bob.page.evaluate("() => window.isPlaying")


async def test_any_tap_resumes_a_stubbed_audio_context_that_was_interrupted(party: BrowserParty) -> None:
    """As after a call, Siri or the lock screen."""
    await party.host_with({})
    bob = await party.invite("Bob")
    await bob.context.add_init_script(STUBBED_AUDIO)
    await bob.open(f"/{party.code}")
    await party.say_name(bob, "Bob")
    assert await bob.page.evaluate("() => window.contexts.map((context) => context.state)") == ["running"]
    await bob.page.evaluate("() => { window.contexts[0].told = 'interrupted'; }")
    await bob.heading.tap()
    assert await bob.page.evaluate("() => window.contexts.map((context) => context.state)") == ["running"]


# What is drawn once and filled later


async def test_the_hosts_review_shows_the_words_that_were_on_the_explainers_phone(party: BrowserParty) -> None:
    explainer, _ = await in_round(party)
    first = await party.new_word(explainer)
    await explainer.button("Guessed").tap()
    second = await party.new_word(explainer, first)
    await explainer.button("Skip").tap()
    await explainer.word(other_than=second)
    await party.everybody_in("review", patience_s=40)
    words = party.view("review").locator(".verdict")
    await expect(words.nth(0)).to_contain_text(first)
    await expect(words.nth(1)).to_contain_text(second)
    await words.nth(1).click()
    await expect(words.nth(1)).to_have_attribute("data-outcome", "guessed")
    await expect(words.nth(1)).to_contain_text(second)


# A view that fails


async def test_a_stubbed_view_that_throws_costs_neither_the_acknowledgement_nor_the_rest(party: BrowserParty) -> None:
    await party.host_with({"roundDurationSec": 60, "wordHolder": "explainer"})
    for name in ("Bob", "Carol", "Dave", "Erin"):
        phone = await party.invite(name)
        phone.tolerate("A part of the page failed: TypeError: no such thing")
        await phone.context.add_init_script(VIEWS_THROW)
        await phone.open(f"/{party.code}")
        await party.say_name(phone, name)
    sent = {phone.name: frames_sent(phone) for phone in party.phones}
    for phone in party.phones:
        await phone.page.reload()
        await party.reaches(phone, "lobby")
    await party.make_teams()
    await party.start()
    [explainer] = [phone for phone in party.phones if await phone.card.is_visible()]
    assert any("no such thing" in complaint for complaint in explainer.complaints), "nothing has thrown"
    await party.new_word(explainer)
    wanted, given = acknowledged(explainer, sent[explainer.name], "ROUND_STARTED")
    assert len(wanted) == 1
    assert given.count(*wanted) == 1
    await explainer.button("Guessed").tap()
    await party.everybody_sees([1, 0] if await party.host.points.first.inner_text() == "1" else [0, 1])


async def test_a_browser_stubbed_without_check_visibility_plays_and_keeps_the_focus(party: BrowserParty) -> None:
    alice = await party.invite("Alice", {"viewport": {"width": 1280, "height": 720}})
    await alice.context.add_init_script(NO_CHECK_VISIBILITY)
    created = await party.site.create_room("Alice", {"roundDurationSec": 60, "wordHolder": "explainer"})
    party.code = created.room_id
    await alice.context.add_cookies(
        [{"name": f"pf_host_{party.code}", "value": created.session_id, "url": party.site.origin, "httpOnly": True}]
    )
    await alice.open(f"/host/{party.code}/")
    for name in ("Bob", "Carol", "Dave", "Erin"):
        phone = await party.invite(name)
        await phone.context.add_init_script(NO_CHECK_VISIBILITY)
        await phone.open(f"/{party.code}")
        await party.say_name(phone, name)
        assert not await phone.page.evaluate("() => 'checkVisibility' in Element.prototype")
    await party.make_teams()
    await party.start()
    await expect(alice.page.locator(":focus")).to_be_visible()
    [explainer] = [phone for phone in party.phones if await phone.card.is_visible()]
    await party.new_word(explainer)


# Keyboards


async def test_a_cyrillic_layout_swipes_undoes_and_pauses(party: BrowserParty) -> None:
    alice = await party.host_with({"roundDurationSec": 60, "wordHolder": "host"})
    await party.connect("Bob", "Carol", "Dave", "Erin")
    await party.make_teams()
    await party.start()
    await party.new_word(alice)
    await alice.page.keyboard.press("ArrowRight")
    await party.everybody_sees([1, 0])
    await alice.page.evaluate(PRESS, ["г", "KeyU"])
    await party.everybody_sees([0, 0])
    await alice.page.evaluate(PRESS, ["з", "KeyP"])
    await party.reaches(alice, "pause")
    await alice.page.evaluate(PRESS, ["З", "KeyP"])
    await party.reaches(alice, "round")


# Codes


@pytest.mark.parametrize("form", ["{cyrillic}", " {lower} ", "{origin}/{code}", "{origin}/stage/{code}/"])
async def test_a_code_leads_to_its_room_however_it_is_typed_or_pasted(party: BrowserParty, form: str) -> None:
    await party.host_with({})
    cyrillic = party.code.translate(str.maketrans("ABCEHKMPTXY", "АВСЕНКМРТХУ"))
    typed = form.format(cyrillic=cyrillic, lower=party.code.lower(), code=party.code, origin=party.site.origin)
    bob = await party.invite("Bob")
    await bob.open("/")
    await bob.page.get_by_label("The room’s code").fill(typed)
    await expect(bob.page.get_by_label("The room’s code")).to_have_value(party.code)
    await bob.button("Join", exact=True).tap()
    await expect(bob.page).to_have_url(re.compile(rf"/{party.code}$"))


async def test_an_address_typed_by_hand_is_not_mangled(party: BrowserParty) -> None:
    await party.host_with({})
    bob = await party.invite("Bob")
    await bob.open("/")
    await bob.page.get_by_label("The room’s code").press_sequentially(f"{party.site.origin}/{party.code}")
    await expect(bob.page.get_by_label("The room’s code")).to_have_value(party.code)


async def test_a_hidden_code_is_not_in_the_title(party: BrowserParty) -> None:
    alice = await party.host_with({})
    spaced = f"{party.code[:3]} {party.code[3:]}"
    assert spaced in await alice.page.title()
    await alice.button("Hide code").click()
    assert spaced not in await alice.page.title()
    await alice.page.reload()
    await party.reaches(alice, "lobby")
    assert spaced not in await alice.page.title()
    await alice.button("Show code").click()
    assert spaced in await alice.page.title()


# Two taps


async def test_two_taps_on_start_a_party_make_one_room(party: BrowserParty) -> None:
    alice = await party.invite("Alice")
    made: list[str] = []

    async def slowly(route: Route) -> None:
        made.append(route.request.method)
        await asyncio.sleep(0.5)
        await route.continue_()

    await alice.page.route("**/rooms/", slowly)
    await alice.open("/")
    # Playwright waits with a second tap for the page that the first one opens.
    label = await alice.page.evaluate("""() => {
      const button = document.querySelector('[data-el="create"] button[type="submit"]');
      button.click();
      setTimeout(() => button.click(), 200);
      return button.textContent;
    }""")
    assert label == "Opening…"
    await alice.page.wait_for_url(re.compile(r"/host/[A-Z0-9]{6}/$"))
    assert made == ["POST"]


# Storage


@pytest.mark.parametrize("stub", ["STORAGE_FULL", "STORAGE_BLOCKED"])
async def test_with_stubbed_storage_that_takes_nothing_a_seat_survives_a_reload(party: BrowserParty, stub: str) -> None:
    await party.host_with({})
    bob = await party.invite("Bob")
    await bob.context.add_init_script({"STORAGE_FULL": STORAGE_FULL, "STORAGE_BLOCKED": STORAGE_BLOCKED}[stub])
    await bob.open(f"/{party.code}")
    await party.say_name(bob, "Bob")
    await bob.page.reload()
    await party.reaches(bob, "lobby")
    await expect(bob.page.locator('[data-el="my-name"]')).to_have_text("Bob")
    await bob.open("/")
    await expect(bob.page.get_by_role("link", name=re.compile(r"Play in .* as Bob"))).to_be_visible()


# Screen readers, translation, touch


async def test_the_word_is_announced_once_on_the_explainers_phone_and_nowhere_else(party: BrowserParty) -> None:
    explainer, others = await in_round(party)
    region = '[data-el="word-announcer"][aria-live="polite"]'
    await explainer.page.evaluate(COUNT_CHANGES, region)
    first = await party.new_word(explainer)
    await expect(explainer.page.locator(region)).to_have_text(first)
    await explainer.button("Guessed").tap()
    second = await party.new_word(explainer, first)
    await expect(explainer.page.locator(region)).to_have_text(second)
    # Ticks of the clock draw the same word again and again.
    await explainer.page.wait_for_timeout(2500)
    told = await explainer.page.evaluate("() => window.told.filter((text) => text)")
    assert told == [second], "each word once"
    for other in others:
        await expect(other.page.locator(region)).to_be_empty()


async def test_a_translating_browser_leaves_word_names_scores_code_and_clock_alone(party: BrowserParty) -> None:
    """The translator is stubbed: it changes every text that it may, and goes on doing so."""
    await party.host_with({"roundDurationSec": 60, "wordHolder": "explainer"})
    for name in ("Bob", "Carol", "Dave", "Erin"):
        phone = await party.invite(name)
        await phone.context.add_init_script(TRANSLATOR)
        await phone.open(f"/{party.code}")
        await phone.page.locator("#name").fill(name)
        await phone.page.locator('[data-el="button"]').first.tap()
        await expect(phone.page.locator('[data-el="my-name"]')).to_have_text(name)
    await party.host.context.add_init_script(TRANSLATOR)
    await party.host.page.reload()
    await expect(party.host.page.locator(".tile__name:visible")).to_have_text(["Bob", "Carol", "Dave", "Erin"])
    spaced = f"{party.code[:3]} {party.code[3:]}"
    await expect(party.host.page.locator(".code:visible").first).to_have_text(spaced)
    await party.host.page.locator('[data-action="makeTeams"]').click()
    for number, phone in enumerate(party.phones):
        await party.take_team(phone, number % 2 + 1)
    await party.host.page.locator('[data-action="startGame"]').click()
    await expect(party.host.page.locator("body")).to_have_attribute("data-screen", "round", timeout=15_000)
    await expect(party.host.page.locator(".clock__number")).to_have_text(re.compile(r"^\d+$"))
    await asyncio.gather(*(expect(phone.page.locator("section[data-role]")).to_be_visible() for phone in party.phones))
    [explainer] = [phone for phone in party.phones if await phone.card.is_visible()]
    word = await explainer.word()
    assert "~" not in word
    assert await explainer.word_text.get_attribute("lang") == "en"
    assert await explainer.word_text.get_attribute("dir") == "auto"
    await explainer.page.locator('[data-el="guess"]').tap()
    assert "~" not in await explainer.word(other_than=word)
    await expect(explainer.page.locator(".point strong").first).to_have_text(re.compile(r"^\d$"))
    assert "~" in await explainer.page.locator('[data-el="skip"]').inner_text(), "nothing was translated"


async def test_no_control_zooms_by_a_double_tap_and_two_fingers_zoom_everywhere(party: BrowserParty) -> None:
    explainer, _ = await in_round(party)
    for page in (explainer.page, party.host.page):
        assert await page.evaluate(TOUCH_ACTIONS) == {"manipulation": True, "pinch": True, "scale": True}


@pytest.mark.parametrize("width", [360, 390])
async def test_the_word_card_stays_out_of_the_systems_edge(party: BrowserParty, width: int) -> None:
    explainer, _ = await in_round(party)
    await explainer.page.set_viewport_size({"width": width, "height": 700})
    await explainer.word()
    box = await explainer.card.bounding_box()
    assert box is not None
    assert box["x"] >= 24
    assert box["x"] + box["width"] <= width - 24


async def test_back_in_a_round_stays_and_a_second_back_leaves(party: BrowserParty) -> None:
    explainer, _ = await in_round(party)
    word = await explainer.word()
    await explainer.heading.tap()
    await explainer.page.evaluate(GO_BACK)
    await expect(explainer.page.get_by_text("Still here.")).to_be_visible(timeout=1000)
    assert await explainer.word() == word
    assert explainer.loads == 1
    await explainer.button("Guessed").tap()
    await explainer.word(other_than=word)
    await explainer.page.evaluate(GO_BACK)
    await expect(explainer.page.get_by_text("Still here.")).to_be_visible()
    await explainer.page.evaluate(GO_BACK)
    await explainer.page.wait_for_url("about:blank")


# Browsers from before 2022


@pytest.mark.parametrize("path", ["/stage/{}/", "/{}"])
async def test_a_browser_stubbed_to_know_no_newer_syntax_says_what_to_do(party: BrowserParty, path: str) -> None:
    """A module that does not parse is all that such a browser sees: the tests' own would parse ours."""
    await party.host_with({})
    tv = await party.invite("Stage", LAPTOP)
    tv.tolerate("SyntaxError|uncaught|Unexpected")

    async def unreadable(route: Route) -> None:
        await route.fulfill(body="class { #of(tomorrow) }", content_type="text/javascript")

    await tv.page.route(re.compile(r"/js/reducer(\.\w+)?\.js"), unreadable)
    await tv.open(path.format(party.code))
    await expect(tv.page.get_by_text("This browser is too old for PartyFlow.")).to_be_visible()
    await expect(tv.page.get_by_text("Opening room")).to_be_hidden()


async def test_a_browser_that_is_new_enough_is_told_nothing(party: BrowserParty) -> None:
    await party.host_with({})
    stage = await party.watch()
    await expect(stage.page.get_by_text("too old")).to_be_hidden()


def test_what_old_browsers_run_is_written_for_them() -> None:
    script = re.sub(r"/\*.*?\*/", "", (STATIC / "js" / "old_browser.js").read_text(), flags=re.DOTALL)
    assert re.findall(r"\?\.|\?\?|#|\.\.\.|\*\*|\basync\b|\bimport\b|\bclass\b|\bof\b", script) == []
