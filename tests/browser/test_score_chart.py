"""The score chart as elements of a page."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.modules import module_page, run


@pytest_asyncio.fixture(loop_scope="session")
async def blank(chromium: Browser) -> AsyncIterator[Page]:
    page = await module_page(chromium)
    yield page
    await page.close()


async def test_the_chart_says_its_numbers_in_words_and_as_a_table(blank: Page) -> None:
    state = {
        "teams": [{"id": "team_1", "name": "Team Red"}, {"id": "team_2", "name": "Team Blue"}],
        "rounds": [
            {"teamId": "team_1", "points": 3},
            {"teamId": "team_2", "points": 0},
            {"teamId": "team_1", "points": -1},
        ],
    }
    body = """({scoreChart, scoreTable}, game) => [
      scoreChart(game).getAttribute("aria-label"),
      [...scoreTable(game).querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent)),
    ]"""
    label, rows = await run(blank, "widgets/score_chart.js", body, state)
    assert label == "Scores after each round. Team Red: 3, 2; Team Blue: 0"
    assert rows == [["1", "3 (+3)", "0 (+0)"], ["2", "2 (-1)", "–"]]
