"""A walk through every page in every state, with a look at each. Most of the guests are wire clients, to be quick."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, expect

from tests.browser.message_interceptor import Relay
from tests.browser.page_checks import LAPTOP as LAPTOP_SIZE
from tests.browser.page_checks import PHONE as PHONE_SIZE
from tests.browser.page_checks import Look, look
from tests.browser.party import BrowserParty
from tests.browser.visitor import LAPTOP, PHONE, STILL, TV, Visitor
from tests.support.guest import Guest
from tests.support.site import Site

# Names as long and wide as they may be.
LONG_NAMES = [f"{name} Wolkenmaier MM" for name in ("Bo", "Ca", "Da", "Er", "Fr", "Gr", "He", "Iv", "Ju", "Ke")]
ROUND_S = 12
TURNS = 2


class Walk:
    """One room: its browsers, its wire guests, and what was seen."""

    def __init__(self, chromium: Browser, site: Site, shots: Path, label: str = "") -> None:
        self.party = BrowserParty(chromium, site)
        self.site = site
        self.shots = shots
        self.label = label
        self.relay = Relay()
        self.looks: list[Look] = []

    async def open_host(self, settings: dict[str, Any]) -> Visitor:
        created = await self.site.create_room("Alice", settings)
        self.party.code = created.room_id
        alice = await self._invite("Alice", LAPTOP)
        cookie = {"name": f"pf_host_{created.room_id}", "value": created.session_id, "url": self.site.origin}
        await alice.context.add_cookies([{**cookie, "httpOnly": True}])
        await alice.open(f"/host/{self.party.code}/")
        await expect(self.party.view("lobby")).to_be_visible()
        return alice

    async def open_phone(self, name: str) -> Visitor:
        phone = await self._invite(name, PHONE)
        await phone.open(f"/{self.party.code}")
        return phone

    async def join(self, name: str) -> Visitor:
        phone = await self.open_phone(name)
        await self.party.say_name(phone, name)
        return phone

    async def open_stage(self) -> Visitor:
        stage = await self._invite("Stage", TV)
        await stage.open(f"/stage/{self.party.code}/")
        await self.party.reaches(stage, "lobby")
        return stage

    async def see(self, state: str, *who: Visitor | tuple[Visitor, str]) -> None:
        """Look at these pages, all at the same time. A name says which of several phones it is."""
        named = [one if isinstance(one, tuple) else (one, KINDS.get(one.name, "phone")) for one in who]
        state = f"{self.label} {state}".strip()
        self.looks += await asyncio.gather(
            *(
                look(visitor.page, name, state, self.shots, LAPTOP_SIZE if name in LARGE else PHONE_SIZE)
                for visitor, name in named
            )
        )

    async def see_dialog(self, visitor: Visitor, state: str) -> None:
        """Look at the dialog that is open, then close it with Escape."""
        dialog = visitor.page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        await self.see(state, visitor)
        await visitor.page.keyboard.press("Escape")
        await expect(dialog).not_to_be_visible()

    async def end(self) -> None:
        self.party.check()
        await self.party.break_up()

    async def _invite(self, name: str, device: dict[str, Any]) -> Visitor:
        visitor = await self.party.invite(name, device, **STILL)
        await self.relay.attach(visitor.page)
        return visitor


KINDS = {"Alice": "host", "Stage": "stage"}
LARGE = {"host", "stage", "home"}


async def survey(chromium: Browser, site: Site, shots: Path, turns: int = TURNS) -> list[Look]:
    """Everything there is to see; the pictures go to ``shots``. ``turns`` are played in the game that is looked at."""
    walks = [Walk(chromium, site, shots), Walk(chromium, site, shots, "crowd"), Walk(chromium, site, shots)]
    evening, crowd, doors = walks
    await asyncio.gather(see_an_evening(evening, turns), see_a_crowd(crowd), see_the_doors(doors))
    for walk in walks:
        await walk.end()
    return [one for walk in walks for one in walk.looks]


async def see_an_evening(walk: Walk, turns: int) -> None:
    """Two teams of two, the host holding the words; Frank comes late."""
    party = walk.party
    alice = await walk.open_host({"roundDurationSec": ROUND_S})
    await walk.see("lobby empty", alice)
    bob = await walk.open_phone("Bob")
    await walk.see("name", bob)
    await bob.button("Join the game").tap()
    await walk.see("name missing", bob)
    await party.say_name(bob, "Bob")
    phones = [bob, *[await walk.join(name) for name in ("Carol", "Dave")]]
    carol, dave = phones[1:]
    [erin] = await party.connect("Erin")
    stage = await walk.open_stage()
    await walk.see("lobby", alice, bob, stage)
    await see_dialogs(walk, alice, bob)

    await alice.button("Make teams").click()
    await party.everybody_in("teams")
    await party.take_team(bob, 1)
    await walk.see("teams", alice, bob, (carol, "phone teamless"), stage)
    await party.take_team(carol, 2)
    await party.take_team(dave, 1)
    erin.send("JOIN_TEAM", {"teamId": "team_2"})
    await expect(bob.page.get_by_text("The teams are ready.")).to_be_visible()
    await walk.see("teams ready", alice, bob, stage)

    await alice.button("Start the game").click()
    await party.everybody_in("countdown")
    walk.relay.hold()
    await walk.see(
        "countdown", alice, (bob, "phone explaining"), (dave, "phone guessing"), (carol, "phone quiet"), stage
    )
    walk.relay.release()
    frank = await walk.join("Frank")
    await party.into_round()
    await swipe(alice, "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight")
    # The room pauses, but the pages are not told yet: to them the round goes on.
    walk.relay.hold()
    await alice.page.keyboard.press("p")
    await walk.see(
        "round", alice, (bob, "phone explaining"), (dave, "phone guessing"), (carol, "phone quiet"),
        (frank, "phone waiting"), stage,
    )  # fmt: skip
    erin.drop()
    walk.relay.release()
    await party.everybody_in("pause")
    # A lost line is nobody's business for 15 s.
    await expect(party.view("pause").get_by_text("Erin")).to_be_visible(timeout=25_000)
    await walk.see("pause", alice, bob, stage)
    await alice.button("Resume").click()
    await party.everybody_in("round")
    await swipe(alice, *["ArrowRight", "ArrowRight", "ArrowLeft"] * 2)

    await party.everybody_in("review", ROUND_S + 5)
    walk.relay.hold()
    await walk.see("review", alice, bob, (carol, "phone next"), stage)
    walk.relay.release()
    for turn in range(1, turns):
        await party.everybody_in("round", 15)
        await swipe(alice, *["ArrowRight"] * (turn * 3 % 5 + 1))
        if turn < turns - 1:
            await party.everybody_in("review", ROUND_S + 5)
    await alice.page.keyboard.press("p")
    await end_by_host(alice)
    await party.everybody_in("results")
    await walk.see("results", alice, bob, stage)
    await alice.button("As a table").click()
    await walk.see("results table", alice)
    shared = await path_of_results(alice)

    await walk.relay.cut()
    for visitor in (alice, bob, stage):
        await expect(visitor.page.locator('[data-el="connection"]')).to_have_text("Reconnecting…", timeout=15_000)
    await walk.see("no line", alice, bob, stage)
    walk.relay.mend()
    await asyncio.gather(*(visitor.page.reload() for visitor in party.visitors))
    await party.everybody_in("results")
    await alice.button("Close the room").click()
    await alice.page.get_by_role("dialog").get_by_role("button", name="Close the room").click()
    await party.everybody_in("ended")
    await walk.see("closed", alice, bob, stage)
    await bob.open(shared)
    await walk.see("shared", (bob, "results"))
    bob.tolerate("status of 404")
    await bob.open(f"/results/{'A' * 22}/")
    await walk.see("results gone", (bob, "message"))


async def path_of_results(visitor: Visitor) -> str:
    """Where the page of the game is that has just ended."""
    link = visitor.page.locator('[data-el="share-url"]')
    await expect(link).to_be_visible()
    return urlsplit(await link.get_attribute("href") or "").path


async def see_dialogs(walk: Walk, alice: Visitor, bob: Visitor) -> None:
    """Every dialog of the host's page and a phone's."""
    await alice.button("Enlarge the QR code").click()
    await walk.see_dialog(alice, "lobby QR")
    await alice.button("Change the rules").click()
    await walk.see_dialog(alice, "lobby rules")
    await alice.button("What to do with Carol").click()
    await walk.see_dialog(alice, "lobby player")
    for label, state in {"Players": "people", "Go on hosting": "seat link", "Close the room": "closing"}.items():
        await alice.button("Menu").click()
        if state == "people":
            await walk.see("lobby menu", alice)
        await alice.page.get_by_role("dialog").get_by_role("button", name=label).click()
        await walk.see_dialog(alice, f"lobby {state}")
    for label, state in {"Move to another phone": "seat link", "Leave the game": "leaving"}.items():
        await bob.button("Menu").tap()
        if state == "leaving":
            await walk.see("lobby menu", bob)
        await bob.button(label).tap()
        await walk.see_dialog(bob, f"lobby {state}")


async def swipe(holder: Visitor, *keys: str) -> None:
    """The holder answers a word with each of these keys."""
    for key in keys:
        await holder.word()
        await holder.page.keyboard.press(key)
    await holder.word()


async def see_a_crowd(walk: Walk) -> None:
    """Five teams of two with the longest names; words on the explainer's phone; then a player becomes the host."""
    party = walk.party
    alice = await walk.open_host({"numTeams": 5, "wordHolder": "explainer", "roundDurationSec": 180})
    first = await walk.join(LONG_NAMES[0])
    second = await walk.join(LONG_NAMES[1])
    guests = await party.connect(*LONG_NAMES[2:])
    stage = await walk.open_stage()
    await expect(stage.page.locator(".tile")).to_have_count(10)
    await walk.see("lobby", alice, first, stage)
    await alice.button("Make teams").click()
    await party.everybody_in("teams")
    await walk.see("teams nobody", alice, stage)
    await party.take_team(first, 1)
    await party.take_team(second, 2)
    seat(guests)
    await expect(first.page.get_by_text("The teams are ready.")).to_be_visible()
    await walk.see("teams", alice, first, stage)
    await alice.button("Start the game").click()
    await party.into_round()
    await first.word()
    await first.button("Guessed").tap()
    await first.word()
    await walk.see("round", alice, (first, "phone holding"), (second, "phone quiet"), stage)
    await alice.page.keyboard.press("p")
    await party.everybody_in("pause")
    await walk.see("pause", alice, (first, "phone holding"), stage)
    await end_by_host(alice)
    await party.everybody_in("results")
    await walk.see("results", alice, first, stage)

    # The host hands over to a player, whose phone has the controls from then on.
    await alice.button("Menu").click()
    await alice.page.get_by_role("dialog").get_by_role("button", name="Players").click()
    await alice.button(f"What to do with {first.name}").click()
    await alice.button("Make host").click()
    await expect(party.view("ended")).to_be_visible()
    await walk.see("replaced", alice)
    party.visitors.remove(alice)
    await alice.leave()
    await see_a_phone_as_host(walk, first, second)


async def see_a_phone_as_host(walk: Walk, first: Visitor, second: Visitor) -> None:
    party = walk.party
    await walk.see("results as host", first)
    await first.button("Play again").tap()
    await party.reaches(first, "teams")
    await walk.see("teams as host", first)
    await first.button("Start the game").tap()
    await party.reaches(first, "countdown")
    walk.relay.hold()
    await walk.see("countdown as host", first)
    walk.relay.release()
    await party.reaches(first, "round")
    await walk.see("round as host", (first, "phone holding" if await first.card.is_visible() else "phone"), second)
    await first.button("Pause").tap()
    await party.reaches(first, "pause")
    await walk.see("pause as host", first)
    await first.button("End the game").tap()
    await walk.see_dialog(first, "ending as host")


def seat(guests: Sequence[Guest]) -> None:
    """Two guests in each of five teams, the first two seats being taken."""
    for number, guest in enumerate(guests, start=2):
        guest.send("JOIN_TEAM", {"teamId": f"team_{number % 5 + 1}"})


async def end_by_host(alice: Visitor) -> None:
    await alice.button("End the game").click()
    await alice.page.get_by_role("dialog").get_by_role("button", name="End the game").click()


async def see_the_doors(walk: Walk) -> None:
    """The home page, and all the pages that say why somebody is not in a room."""
    party = walk.party
    home = await walk._invite("Home", LAPTOP)
    home.tolerate("status of 40[34]")
    await home.open("/")
    await walk.see("start", (home, "home"))
    await home.page.locator("summary").click()
    await walk.see("rules", (home, "home"))
    await home.open("/?code=ABC")
    await walk.see("wrong code", (home, "home"))
    await home.open("/ZZZZZZ")
    await walk.see("unknown room", (home, "message"))
    await home.open("/no/such/page")
    await walk.see("nothing here", (home, "message"))

    alice = await walk.open_host({})
    await home.open(f"/host/{party.code}/")
    await walk.see("not the host", (home, "message"))
    await home.open(f"/{party.code}/seat/ABCDEF")
    await walk.see("seat", (home, "message"))
    bob, carol, dave = [await walk.join(name) for name in ("Bob", "Carol", "Dave")]
    await bob.button("Menu").tap()
    await bob.button("Leave the game").tap()
    await bob.button("Leave", exact=True).tap()
    await expect(bob.heading).to_have_text("You’ve left the game")
    await walk.see("left", bob)
    await alice.button("What to do with Carol").click()
    await alice.button("Remove", exact=True).click()
    await expect(carol.heading).to_have_text("You were removed by the host")
    await walk.see("removed", carol)
    tab = await dave.context.new_page()
    await tab.goto(f"/{party.code}")
    await expect(dave.heading).to_have_text("You’re playing in another tab or phone")
    await walk.see("elsewhere", dave)
    await alice.button("Lock").click()
    await expect(alice.button("Locked")).to_be_visible()
    await walk.see("locked", alice)
    late = await walk.open_phone("Late")
    await expect(late.heading).to_have_text("The room is locked")
    await walk.see("locked", late)
    await alice.button("Locked").click()
    await expect(alice.button("Lock", exact=True)).to_be_visible()
    await party.connect(*LONG_NAMES[:9])
    await late.page.reload()
    await expect(late.heading).to_have_text("This room is full")
    await walk.see("full", late)
    twin = await alice.context.new_page()
    await twin.goto(f"/host/{party.code}/")
    await expect(alice.heading).to_have_text("You’re hosting in another tab or on another device")
    await walk.see("elsewhere", alice)
