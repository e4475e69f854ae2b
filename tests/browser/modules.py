"""The client's modules in a page of their own, without a server: what is pure is tested as such."""

from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, Route

STATIC = Path(__file__).resolve().parents[2] / "static"
ORIGIN = "http://modules.test"


async def module_page(chromium: Browser) -> Page:
    """An empty page that can import everything below ``static/``."""
    page = await chromium.new_page()
    await page.route(f"{ORIGIN}/**", _serve)
    await page.goto(f"{ORIGIN}/")
    return page


async def run(page: Page, module: str, body: str, argument: Any = None) -> Any:
    """What ``body``, a JavaScript function of ``(module, argument)``, returns."""
    script = f"async (argument) => ({body})(await import('{ORIGIN}/js/{module}'), argument)"
    return await page.evaluate(script, argument)


async def _serve(route: Route) -> None:
    path = STATIC / route.request.url.removeprefix(f"{ORIGIN}/")
    if path.is_file():
        await route.fulfill(path=path)
    else:
        await route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")
