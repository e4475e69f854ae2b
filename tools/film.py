"""Plays a round on the real pages and makes the README's film and pictures of it: ``make film``.

A TV, the explainer's phone and a guesser's phone side by side, as an animated GIF; and single screens as PNG. No screen
is drawn by hand: what changes on the pages changes here with the next run.
"""

import asyncio
import io
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.conftest import BROWSERS, FLAGS
from tests.browser.party import BrowserParty
from tests.browser.visitor import Visitor
from tests.support.site import Site

SCREENSHOTS = Path(__file__).resolve().parents[1] / "docs/screenshots"
FILM = SCREENSHOTS / "round.gif"
MOST_BYTES = 1_500_000

PAPER, BEZEL, STAND = "#fbf3e4", "#221837", "#857796"
CANVAS = (928, 424)
TV = (20, 54, 528, 297)
PHONES = ((572, 20, 160, 346), (752, 20, 160, 346))
"""Where the screens are: left, top, width, height."""
RIM = 6
COLORS = 96
STEP_S = 0.25
MOST_MS = 1500
LAST_FRAME_MS = 2500
ROUND_S = 30
SETTINGS = {"wordHolder": "explainer", "roundDurationSec": ROUND_S, "roundsPerTeam": 1}
SWIPES = ("Guessed", "Guessed", "Skip", "Guessed", "Guessed")
SWIPE_EVERY_S = 1.2
END_S = 4


@dataclass
class Camera:
    """Photographs three screens again and again; ``frames`` are pictures and for how long each is shown, in ms.

    A slow machine makes fewer pictures, not a slower film.
    """

    screens: tuple[Visitor, Visitor, Visitor]
    frames: list[tuple[Image.Image, int]] = field(default_factory=list)
    is_running: bool = True
    is_resting: bool = False

    async def run(self) -> None:
        while self.is_running:
            started = time.monotonic()
            if not self.is_resting:
                self._add(compose(await asyncio.gather(*(photograph(one) for one in self.screens))))
            await asyncio.sleep(max(0.0, STEP_S - (time.monotonic() - started)))

    def _add(self, picture: Image.Image) -> None:
        shown_ms = round(STEP_S * 1000)
        if self.frames and self.frames[-1][0].tobytes() == picture.tobytes():
            self.frames[-1] = (picture, min(self.frames[-1][1] + shown_ms, MOST_MS))
        else:
            self.frames.append((picture, shown_ms))


async def photograph(visitor: Visitor) -> Image.Image:
    """The visitor's screen."""
    return Image.open(io.BytesIO(await visitor.page.screenshot(caret="initial", scale="css"))).convert("RGB")


def compose(screens: list[Image.Image]) -> Image.Image:
    """A TV and two phones, each with its screen."""
    canvas = Image.new("RGB", CANVAS, PAPER)
    draw = ImageDraw.Draw(canvas)
    left, top, width, height = TV
    foot = top + height + RIM
    draw.rectangle((left + width * 0.42, foot, left + width * 0.58, foot + 22), fill=STAND)
    draw.rounded_rectangle((left + width * 0.3, foot + 20, left + width * 0.7, foot + 28), 4, fill=STAND)
    for box, screen, radius in zip((TV, *PHONES), screens, (8, 18, 18), strict=True):
        left, top, width, height = box
        draw.rounded_rectangle(
            (left - RIM, top - RIM, left + width + RIM, top + height + RIM), radius + RIM, fill=BEZEL
        )
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius, fill=255)
        canvas.paste(screen.resize((width, height), Image.Resampling.LANCZOS), (left, top), mask)
    return canvas


def save_film(frames: list[tuple[Image.Image, int]]) -> None:
    """Write the film with one palette for all frames, which keeps what stands still out of the file."""
    pictures = [picture for picture, _ in frames]
    sample = Image.new("RGB", (CANVAS[0], CANVAS[1] * 6))
    for number in range(6):
        sample.paste(pictures[number * (len(pictures) - 1) // 5], (0, CANVAS[1] * number))
    palette = sample.quantize(COLORS, method=Image.Quantize.MEDIANCUT)
    flat = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    durations = [*(shown_ms for _, shown_ms in frames[:-1]), LAST_FRAME_MS]
    flat[0].save(FILM, save_all=True, append_images=flat[1:], duration=durations, loop=0, optimize=True)
    size = FILM.stat().st_size
    print(f"{FILM.name}: {len(frames)} frames, {sum(durations) / 1000:.0f} s, {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"The film is larger than {MOST_BYTES} bytes.")


async def keep(visitor: Visitor, name: str) -> None:
    """Save the visitor's screen as one of the README's pictures."""
    await visitor.page.screenshot(path=SCREENSHOTS / f"{name}.png", caret="initial", scale="css")


async def play(party: BrowserParty) -> None:
    """A lobby that fills, teams, one round, its review; then the results, and a round with the words at the host's."""
    alice = await party.host_with(SETTINGS)
    stage = await party.watch()
    bob = await party.invite("Bob")
    carol = await party.invite("Carol")
    for phone in (bob, carol):
        await phone.open(f"/{party.code}")
    camera = Camera((stage, bob, carol))
    filming = asyncio.create_task(camera.run())
    try:
        await play_the_round(party, camera)
    finally:
        camera.is_running = False
        await filming
    save_film(camera.frames)
    await finish(party, alice, stage)


async def play_the_round(party: BrowserParty, camera: Camera) -> None:
    alice = party.host
    stage, bob, carol = camera.screens
    await asyncio.sleep(1.5)
    await party.say_name(bob, "Bob")
    await party.connect("Dave", "Erin", "Frank")
    await party.say_name(carol, "Carol")
    await asyncio.sleep(2.5)
    await keep(alice, "host-lobby")
    await alice.button("Make teams").click()
    await party.take_team(bob, 1)
    await asyncio.sleep(0.5)
    await party.take_team(carol, 1)
    for number, guest in enumerate(party.guests):
        guest.send("JOIN_TEAM", {"teamId": "team_1" if number == 2 else "team_2"})
    await expect(alice.button("Start the game")).to_have_attribute("aria-disabled", "false")
    await asyncio.sleep(1.0)
    await alice.button("Start the game").click()
    await party.into_round()
    for number, answer in enumerate(SWIPES):
        word = await bob.word()
        await asyncio.sleep(SWIPE_EVERY_S)
        if number == 2:
            await asyncio.gather(keep(stage, "stage-round"), keep(bob, "player-explain"), keep(carol, "player-guess"))
        await bob.button(answer).tap()
        await bob.word(other_than=word)
    # What lies between is not filmed: the clock alone would move.
    camera.is_resting = True
    clock = stage.page.locator('[data-screen="round"] [data-el="seconds"]')
    await expect(clock).to_have_text(str(END_S), timeout=ROUND_S * 1000)
    camera.is_resting = False
    await party.everybody_in("review", ROUND_S + 10)
    await asyncio.sleep(2.0)


async def finish(party: BrowserParty, alice: Visitor, stage: Visitor) -> None:
    await party.everybody_in("round", 20)
    await party.everybody_in("results", ROUND_S + 20)
    await asyncio.sleep(3.0)
    await asyncio.gather(keep(alice, "host-results"), keep(stage, "stage-results"))
    await alice.button("Play again").click()
    await party.everybody_in("teams")
    await alice.page.get_by_role("radio", name="this screen").check()
    await party.start()
    for _ in range(3):
        word = await alice.word()
        await alice.button("Guessed").click()
        await alice.word(other_than=word)
    await keep(alice, "host-round")


async def with_browser(work: Callable[[Browser], Awaitable[None]]) -> None:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise SystemExit("The film needs Chromium: apt-get install chromium-headless-shell")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=[*FLAGS, "--no-sandbox"])
        try:
            await work(browser)
        finally:
            await browser.close()


def main() -> None:
    site = Site()
    site.start()

    async def work(browser: Browser) -> None:
        party = BrowserParty(browser, site)
        try:
            await play(party)
        finally:
            await party.break_up()

    try:
        asyncio.run(with_browser(work))
    finally:
        site.stop()
        site.dispose()


if __name__ == "__main__":
    main()
