"""Looking at a page: what axe finds, what does not fit, what a finger would miss, and a picture of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

Size = tuple[int, int]

SMALL_PHONE: Size = (360, 640)
PHONE: Size = (390, 844)
LAPTOP: Size = (1280, 720)

# Colours are all that a colour scheme changes.
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"], "preload": False}
# Without `preload`: axe would put imported styles into the page, which its policy forbids.
EVERYTHING = {"resultTypes": ["violations"], "preload": False}
# What axe finds, each with where and why.
FINDINGS = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => ({ id, impact, target: node.target.join(" "), why: node.failureSummary })));
}"""

# Colours may take a moment to change, in the administration even where less motion is wanted.
SETTLED = """async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise((next) => requestAnimationFrame(next));
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(ending.map((one) => one.finished));
}"""

# What of a page is too wide, too high, cut off, on the move or too small for a finger: lists of short descriptions.
MEASURES = """async () => {
  // Two frames after the window was resized everything is where it belongs.
  for (let frame = 0; frame < 2; frame += 1) await new Promise((next) => requestAnimationFrame(next));
  const root = document.documentElement;
  const open = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const name = (element) => {
    const text = (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\\s+/g, " ").slice(0, 30);
    return `${element.tagName.toLowerCase()}.${[...element.classList].join(".")} "${text}"`;
  };
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true })
    && !element.closest(
      ".visually-hidden, .skip-link:not(:focus), .awake, .toasts, .confetti-layer, [inert], [data-thrown]",
    );
  const all = [...open.querySelectorAll("*")].filter(isSeen);
  const says = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowY);
  const isShortened = (element) => {
    const style = getComputedStyle(element);
    return style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
  };
  const over = (element) => element.scrollHeight > element.clientHeight + 1;
  const isOutside = (element) => {
    const box = element.getBoundingClientRect();
    return says(element) && (box.left < -1 || box.right > innerWidth + 1);
  };
  const isCut = (element) => {
    const style = getComputedStyle(element);
    const wide = element.scrollWidth > element.clientWidth + 1;
    return /hidden|clip/.test(`${style.overflowX} ${style.overflowY}`)
      && !isShortened(element) && (wide || over(element))
      && !/inline/.test(style.display) && !/^(svg|path|g|video|input)$/i.test(element.tagName)
      && element.clientWidth > 1;
  };
  const isBelow = (element) => {
    const box = element.getBoundingClientRect();
    return says(element) && box.bottom > innerHeight + 1;
  };
  const controls = "a[href], button, input, select, textarea, summary, [role=button]";
  const size = (element) => {
    const box = (element.closest("label") ?? element).getBoundingClientRect();
    const isInText = element.matches("p a:not(.button)");
    const least = isInText ? 24 : 44;
    const width = element.closest("label") ? least : box.width;
    return { width, height: box.height, isSmall: width < least - 0.5 || box.height < least - 0.5 };
  };
  return {
    sideways: root.scrollWidth > root.clientWidth ? [`${root.scrollWidth} px wide in ${root.clientWidth}`] : [],
    down: root.scrollHeight > root.clientHeight ? [`${root.scrollHeight} px high in ${root.clientHeight}`] : [],
    outside: all.filter(isOutside).map(name),
    below: all.filter(isBelow).map(name),
    cut: [document.body, ...all].filter(isCut).map(name),
    scrollers: all.filter((element) => scrolls(element) && over(element))
      .map((element) => `${name(element)} ${element.scrollHeight} px in ${element.clientHeight}`),
    moving: document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 10)
      .map((one) => `${name(one.effect.target)} ${one.animationName ?? one.transitionProperty}`),
    small: all.filter((element) => element.matches(controls) && size(element).isSmall)
      .map((element) => `${name(element)} ${Math.round(size(element).width)}×${Math.round(size(element).height)}`),
  };
}"""


@dataclass
class Look:
    """One page in one state.

    ``measures`` by size of the window, ``findings`` of axe by colour scheme; the HTML as the server sends it
    (``source``) and as the scripts have made it (``html``).
    """

    page: str
    state: str
    measures: dict[Size, dict[str, list[str]]] = field(default_factory=dict)
    findings: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    source: str = ""
    html: str = ""

    def __str__(self) -> str:
        return f"{self.page}, {self.state}"

    def serious(self) -> list[str]:
        """What axe takes for serious or critical: for pages that are in part Django's."""
        return [problem for problem in self.accessibility() if "(serious)" in problem or "(critical)" in problem]

    def accessibility(self) -> list[str]:
        """What axe has found, of whatever impact."""
        return [
            f"{self} ({scheme}): {found['id']} ({found['impact']}) at {found['target']}: {found['why']}"
            for scheme, findings in self.findings.items()
            for found in findings
        ]

    def problems(self, size: Size, *kinds: str) -> list[str]:
        """What of these kinds was measured in a window of this size."""
        return [f"{self} at {size}: {kind}: {found}" for kind in kinds for found in self.measures[size][kind]]


async def look(page: Page, name: str, state: str, shots: Path, main: Size) -> Look:
    """Look at ``page`` from all sides and leave the window at its ``main`` size, in the light."""
    result = Look(name, state)
    slug = f"{name}-{state}".replace(" ", "-")

    async def resize(size: Size) -> None:
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        # The page is told a little later, and is laid out anew a frame after that.
        await page.wait_for_function("([w, h]) => innerWidth === w && innerHeight === h", arg=list(size))
        await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    async def picture(size: Size, suffix: str = "") -> None:
        # The caret is left alone: hiding it takes a style that the content security policy forbids.
        await page.screenshot(path=shots / f"{slug}-{size[0]}x{size[1]}{suffix}.png", caret="initial")

    for size in sorted({SMALL_PHONE, PHONE, LAPTOP}, key=lambda size: size == main):
        await resize(size)
        result.measures[size] = await page.evaluate(MEASURES)
        if size != SMALL_PHONE:
            await picture(size)
    result.html = await page.content()
    result.source = await (await page.context.request.get(page.url)).text()
    result.findings["light"] = await axe(page, EVERYTHING)
    await page.emulate_media(color_scheme="dark")
    await page.evaluate(SETTLED)
    await picture(main, "-dark")
    result.findings["dark"] = await axe(page, CONTRAST)
    await page.emulate_media(color_scheme="light")
    return result


async def axe(page: Page, options: dict[str, Any]) -> list[dict[str, str]]:
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    found: list[dict[str, str]] = await page.evaluate(FINDINGS, options)
    return found
