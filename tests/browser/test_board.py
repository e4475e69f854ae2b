"""What the screens read out of a game: whether it can start, how the scores grew, who won."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.modules import module_page, run


@pytest_asyncio.fixture(loop_scope="session")
async def blank(chromium: Browser) -> AsyncIterator[Page]:
    page = await module_page(chromium)
    yield page
    await page.close()


def game(*sizes: int, teamless: int = 0, away: int = 0) -> dict[str, Any]:
    """Teams of these sizes, and people without a team: ``teamless`` connected, ``away`` not."""
    teams = [
        {"id": f"team_{number}", "players": [f"player_{number}{seat}" for seat in range(size)]}
        for number, size in enumerate(sizes, 1)
    ]
    seated = [{"teamId": team["id"], "connected": True} for team in teams for _ in team["players"]]
    alone = [{"teamId": None, "connected": True}] * teamless + [{"teamId": None, "connected": False}] * away
    return {"teams": teams, "players": seated + alone}


@pytest.mark.parametrize(
    ("state", "obstacle"),
    [
        (game(2, 2), None),
        (game(3, 2), None),
        (game(2, 2, away=1), None),
        (game(2, 2, teamless=1), "teamless"),
        (game(2, 0), "empty"),
        (game(3, 1), "uneven"),
        (game(2, 1), "thin"),
        (game(1, 1, 1), "thin"),
    ],
)
async def test_what_keeps_a_game_from_starting(blank: Page, state: dict[str, Any], obstacle: str | None) -> None:
    assert await run(blank, "selectors.js", "({startObstacle}, game) => startObstacle(game)", state) == obstacle


async def test_each_team_s_line_starts_at_nothing_and_grows_by_its_own_rounds(blank: Page) -> None:
    state = {
        "teams": [{"id": "team_1"}, {"id": "team_2"}],
        "rounds": [
            {"teamId": "team_1", "points": 3},
            {"teamId": "team_2", "points": -1},
            {"teamId": "team_1", "points": 4},
        ],
    }
    body = "({scoreSeries}, game) => scoreSeries(game).map((series) => series.points)"
    assert await run(blank, "selectors.js", body, state) == [[0, 3, 7], [0, -1]]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 0, [0, 1]),
        (0, 4, [0, 1, 2, 3, 4]),
        (0, 7, [0, 2, 4, 6, 8]),
        (-1, 13, [-5, 0, 5, 10, 15]),
        (3, 48, [0, 10, 20, 30, 40, 50]),
        (-12, 200, [-50, 0, 50, 100, 150, 200]),
    ],
)
async def test_the_chart_s_ticks_are_round_and_hold_zero_and_every_score(
    blank: Page, low: int, high: int, ticks: list[int]
) -> None:
    body = "({scale}, [low, high]) => scale(low, high)"
    assert await run(blank, "widgets/score_chart.js", body, [low, high]) == ticks


@pytest.mark.parametrize(
    ("scores", "headline"),
    [
        ([7, 5], "Team Red wins!"),
        ([5, 5, 2], "A tie: Team Red and Team Blue"),
        ([4, 4, 4], "A tie of 3 teams"),
    ],
)
async def test_the_headline_names_who_won(blank: Page, scores: list[int], headline: str) -> None:
    names = ("Team Red", "Team Blue", "Team Green")
    leaderboard = [
        {"teamName": name, "rank": 1 + sum(other > score for other in scores)}
        for name, score in zip(names, scores, strict=False)
    ]
    body = "({resultHeadline}, game) => resultHeadline(game)"
    assert await run(blank, "texts.js", body, {"leaderboard": leaderboard}) == headline


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
