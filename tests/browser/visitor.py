"""Somebody with a browser: a context of their own with one page. Whatever the page complains of fails the test."""

import re
from typing import Any, Self

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, WebSocket, expect

from tests.support.site import Site

LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TV = LAPTOP

STILL: dict[str, Any] = {"reduced_motion": "reduce"}
IN_MOTION: dict[str, Any] = {"reduced_motion": "no-preference"}
"""Animations cost a machine without a graphics card a third of a test's CPU: one whole game is played with them."""

# Text that a page shows in a word's place while there is none.
A_WORD = re.compile(r"\w")
SWIPE_PX = 150
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Against the content security policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


class Visitor:
    """A person and the one page they look at.

    ``heard`` is every socket frame that the page was sent, ``loads`` how often a page was loaded.
    """

    def __init__(self, name: str, site: Site, page: Page) -> None:
        self.name = name
        self.site = site
        self.page = page
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.heard: list[str] = []
        self.loads = 0
        self._tolerated: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", self._on_request)
        page.on("websocket", self._on_websocket)
        page.on("domcontentloaded", self._on_load)

    @classmethod
    async def come(cls, name: str, chromium: Browser, site: Site, device: dict[str, Any], **options: Any) -> Self:
        """Somebody with a fresh browser, on an empty page. ``options`` are those of a browser context."""
        context = await chromium.new_context(base_url=site.origin, **{**device, **options})
        await context.add_init_script(TELL_VIOLATIONS)
        return cls(name, site, await context.new_page())

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    async def open(self, path: str) -> int:
        """Load a page of the site; the HTTP status."""
        answer = await self.page.goto(path)
        return answer.status if answer else 0

    def tolerate(self, pattern: str) -> None:
        """Complaints that match are part of the test."""
        self._tolerated.append(pattern)

    def check(self) -> None:
        """Nothing went wrong in the page, and it asked nobody but the site."""
        wrong = [
            complaint
            for complaint in self.complaints
            if not any(re.search(known, complaint) for known in self._tolerated)
        ]
        assert not wrong, f"{self.name}'s page complained: {wrong}"
        assert not self.foreign, f"{self.name}'s page asked elsewhere: {self.foreign}"

    async def leave(self) -> None:
        await self.context.close()

    # What everybody may see

    @property
    def points(self) -> Locator:
        """The points of all teams, in the order of the page."""
        return self.page.locator(".score__points:visible, .point strong:visible, .step__points:visible")

    @property
    def heading(self) -> Locator:
        return self.page.locator("h1:visible")

    def button(self, name: str | re.Pattern[str], exact: bool = False) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    # The word card, where this page has one

    @property
    def card(self) -> Locator:
        return self.page.locator('[data-el="word-card"]:not([data-thrown])')

    @property
    def word_text(self) -> Locator:
        return self.card.locator('[data-el="word"]')

    async def word(self, other_than: str = "") -> str:
        """The live word on this page; waits for it."""
        await expect(self.word_text).to_have_text(A_WORD)
        if other_than:
            await expect(self.word_text).not_to_have_text(re.compile(rf"^({re.escape(other_than)}|…|)$"))
        return (await self.word_text.inner_text()).strip()

    async def throw_with_mouse(self, to_the_right: bool) -> None:
        x, y = await self._middle_of_card()
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        await self.page.mouse.move(x + (SWIPE_PX if to_the_right else -SWIPE_PX), y + 10, steps=6)
        await self.page.mouse.up()

    async def throw_with_finger(self, to_the_right: bool) -> None:
        x, y = await self._middle_of_card()
        finger = await self.context.new_cdp_session(self.page)

        async def touch(kind: str, *points: tuple[float, float]) -> None:
            at = [{"x": x, "y": y} for x, y in points]
            await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

        await touch("touchStart", (x, y))
        for step in range(1, 7):
            by = SWIPE_PX * step / 6
            await touch("touchMove", (x + (by if to_the_right else -by), y + step))
        await touch("touchEnd")
        await finger.detach()

    async def _middle_of_card(self) -> tuple[float, float]:
        # Only once it stands still: a finger that comes down where the card was a moment ago throws nothing.
        await self.card.click(trial=True)
        box = await self.card.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    # What the page says

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site.origin}/", "data:", "blob:")):
            self.foreign.append(request.url)

    def _on_load(self, _: Page) -> None:
        self.loads += 1

    def _on_websocket(self, socket: WebSocket) -> None:
        if not socket.url.startswith(self.site.origin.replace("http", "ws", 1)):
            self.foreign.append(socket.url)
        socket.on("framereceived", lambda frame: self.heard.append(str(frame)))
