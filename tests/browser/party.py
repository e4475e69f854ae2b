"""A party in browsers: Alice's laptop, a phone for each player, the big screen. They know nothing but what they see."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.async_api import Browser, expect

from tests.browser.visitor import LAPTOP, PHONE, STILL, TV, Visitor
from tests.support.guest import Guest
from tests.support.party import CAST
from tests.support.protocol_checks import says
from tests.support.site import Site


class BrowserParty:
    """Everybody in one room. `check` and `break_up` are the fixture's business."""

    def __init__(self, chromium: Browser, site: Site) -> None:
        self.chromium = chromium
        self.site = site
        self.code = ""
        self.visitors: list[Visitor] = []
        self.guests: list[Guest] = []
        self.words: list[str] = []
        self.motion = STILL

    # Who is there

    async def invite(self, name: str, device: Mapping[str, Any] = PHONE, **options: Any) -> Visitor:
        """Somebody more with a browser, who has opened nothing yet."""
        visitor = await Visitor.come(name, self.chromium, self.site, dict(device), **{**self.motion, **options})
        self.visitors.append(visitor)
        return visitor

    async def host_from_home(self, **options: Any) -> Visitor:
        """Alice opens the home page and makes a room with one press."""
        alice = await self.invite("Alice", LAPTOP, **options)
        await alice.open("/")
        await alice.page.get_by_label("Your name").fill("Alice")
        await alice.button("Start a party").click()
        await alice.page.wait_for_url(re.compile(r"/host/[A-Z0-9]{6}/$"))
        self.code = alice.page.url.rstrip("/").rsplit("/", 1)[1]
        await expect(self.view("lobby")).to_be_visible()
        return alice

    async def host_with(self, settings: Mapping[str, Any], **options: Any) -> Visitor:
        """Alice's laptop in a room that was made with these settings."""
        created = await self.site.create_room("Alice", settings)
        self.code = created.room_id
        alice = await self.invite("Alice", options.pop("device", LAPTOP), **options)
        await alice.context.add_cookies(
            [{"name": f"pf_host_{self.code}", "value": created.session_id, "url": self.site.origin, "httpOnly": True}]
        )
        await alice.open(f"/host/{self.code}/")
        await expect(self.view("lobby")).to_be_visible()
        return alice

    async def join(self, name: str, **options: Any) -> Visitor:
        """A phone opens the QR code's address and says a name."""
        phone = await self.invite(name, **options)
        await phone.open(f"/{self.code}")
        await self.say_name(phone, name)
        return phone

    async def say_name(self, phone: Visitor, name: str) -> None:
        await phone.page.get_by_role("textbox", name="What’s your name?").fill(name)
        await phone.button("Join the game").tap()
        await expect(phone.page.locator('[data-el="my-name"]')).to_have_text(name)

    async def join_all(self, names: Sequence[str] = CAST) -> list[Visitor]:
        """These players, in this order."""
        return [await self.join(name) for name in names]

    async def watch(self, **options: Any) -> Visitor:
        """The big screen."""
        stage = await self.invite("Stage", TV, **options)
        await stage.open(f"/stage/{self.code}/")
        await expect(stage.page.locator('.view[data-screen="connecting"]')).not_to_be_visible()
        return stage

    async def connect(self, *names: str) -> list[Guest]:
        """Players without a browser: they are there over the wire alone, which is quicker."""
        guests = [Guest(self.site, self.code, name) for name in names]
        for guest in guests:
            await guest.connect()
        self.guests += guests
        return guests

    def who(self, name: str) -> Visitor:
        return next(visitor for visitor in self.visitors if visitor.name == name)

    @property
    def host(self) -> Visitor:
        return self.who("Alice")

    @property
    def phones(self) -> list[Visitor]:
        return [visitor for visitor in self.visitors if visitor.name not in {"Alice", "Stage"}]

    def view(self, name: str) -> Any:
        """A view of the host's page."""
        return self.host.page.locator(f'.view[data-screen="{name}"]')

    # The way through a game, on the screens

    async def make_teams(self) -> None:
        """From the lobby: the host makes teams, the players take theirs by turns, those with browsers first."""
        await self.host.button("Make teams").click()
        for number, phone in enumerate(self.phones):
            await self.take_team(phone, number % 2 + 1)
        for number, guest in enumerate(self.guests, start=len(self.phones)):
            guest.send("JOIN_TEAM", {"teamId": f"team_{number % 2 + 1}"})
        await expect(self.host.button("Start the game")).to_have_attribute("aria-disabled", "false")

    async def take_team(self, phone: Visitor, number: int) -> None:
        team = phone.page.locator(f".team:visible >> nth={number - 1}")
        await team.tap()
        await expect(team).to_have_attribute("aria-pressed", "true")

    async def start(self) -> None:
        """From the teams into the round."""
        await self.host.button("Start the game").click()
        await self.into_round()

    async def into_round(self) -> None:
        """Wait for the end of the countdown on every screen."""
        await self.everybody_in("round")

    async def everybody_in(self, phase: str, patience_s: float = 15.0) -> None:
        """Wait until every screen shows this part of the game, by the host's name for it."""
        await asyncio.gather(*(self.reaches(visitor, phase, patience_s) for visitor in self.visitors))

    async def reaches(self, visitor: Visitor, phase: str, patience_s: float = 15.0) -> None:
        body = visitor.page.locator("body")
        if visitor in self.phones:
            screen, said = PHONE_SCREENS[phase]
            await expect(body).to_have_attribute("data-screen", screen, timeout=patience_s * 1000)
            if said:
                await expect(visitor.page.locator('[data-el="role"]')).to_have_text(said, timeout=patience_s * 1000)
        else:
            await expect(body).to_have_attribute("data-screen", phase, timeout=patience_s * 1000)

    async def everybody_sees(self, points: Sequence[int]) -> None:
        """Every screen shows these points, team by team in the page's order."""
        texts = [str(number) for number in points]
        await asyncio.gather(*(expect(visitor.points).to_have_text(texts) for visitor in self.visitors))

    async def everybody_agrees(self) -> list[int]:
        """The points that the host's screen shows, and then every other."""
        points = [int(text) for text in await self.host.points.all_inner_texts()]
        await self.everybody_sees(points)
        return points

    async def new_word(self, holder: Visitor, last: str = "") -> str:
        """The word that the holder is shown after ``last``; never seen before, and on no other page."""
        word = await holder.word(other_than=last)
        assert word not in self.words, f"{word} was played before: {self.words}"
        self.words.append(word)
        await self.is_secret(word, holder)
        return word

    async def is_secret(self, word: str, holder: Visitor) -> None:
        """Nobody but its holder has this word, in the page or in anything that the page was ever sent."""
        others = [visitor for visitor in self.visitors if visitor is not holder]
        for visitor, html in zip(others, await asyncio.gather(*(one.page.content() for one in others)), strict=True):
            assert not says(html, word), f"{visitor.name}'s page has the word {word}"
            assert not any(says(frame, word) for frame in visitor.heard), f"{visitor.name} was sent the word {word}"

    # The end

    def check(self) -> None:
        for visitor in self.visitors:
            visitor.check()

    async def break_up(self) -> None:
        await asyncio.gather(*(visitor.leave() for visitor in self.visitors))
        await asyncio.gather(*(guest.hang_up() for guest in self.guests))


# Where a phone is at each part of a game, and what it says if that is not clear from the screen alone.
PHONE_SCREENS = {
    "lobby": ("lobby", None),
    "teams": ("teams", None),
    "countdown": ("round", re.compile(r"You explain!|You guess!|is next|You hold the words")),
    "round": ("round", re.compile(r"^(Explain!|Guess!|Quiet…|Watch|Show the words)$")),
    "pause": ("round", "Paused"),
    "review": ("review", None),
    "results": ("results", None),
    "ended": ("ended", None),
}
