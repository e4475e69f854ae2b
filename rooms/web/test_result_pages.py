"""The page of a finished game: what is on it, for how long, and that names on it are nothing but names."""

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient
from django.utils import timezone

from gameplay.admin.test_results import make_result
from gameplay.models import GameResult
from gameplay.results import retention
from rooms.web import share_image
from rooms.web.test_room_pages import text_of

pytestmark = pytest.mark.django_db(transaction=True)

EVIL = '"><script>alert(1)</script><b a='
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def browser(settings: Any) -> AsyncClient:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.PUBLIC_URL = "https://play.example"
    return AsyncClient()


async def played(days_ago: float = 0, **fields: Any) -> GameResult:
    ended_at = timezone.now() - timedelta(days=days_ago)
    made: GameResult = await sync_to_async(make_result)(
        ended_at=ended_at, started_at=ended_at - timedelta(minutes=12), **fields
    )
    return made


def team(number: int, name: str, score: int, rank: int, *players: str) -> dict[str, Any]:
    return {
        "id": f"team_{number}", "name": name, "color": "#000000", "score": score, "rank": rank, "players": [*players]
    }  # fmt: skip


def metas(page: str) -> dict[str, list[str]]:
    """The content of the page's meta elements by name or property."""
    found: dict[str, list[str]] = {}
    for name, content in re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', page):
        found.setdefault(name, []).append(content)
    return found


async def test_the_results_can_be_read_without_any_script(browser: AsyncClient) -> None:
    result = await played()
    answer = await browser.get(f"/results/{result.public_id}/")
    assert answer.status_code == 200
    said = text_of(answer)
    for text in ("Red wins!", "13 minutes · 13 words", "Best explainer: Bob", "Red Bob, Carol 12 Place 1", "Blue Dave"):
        assert text in said
    assert "Alice" not in said, "the host did not play"
    assert "ABC234" not in said, "whoever sees the page need not find the room"


async def test_a_tie_is_called_one(browser: AsyncClient) -> None:
    result = await played(winner="", teams=[team(1, "Cats", 3, 1, "Bob"), team(2, "Dogs", 3, 1, "Carol")])
    assert "A tie: Cats and Dogs" in text_of(await browser.get(f"/results/{result.public_id}/"))


async def test_chats_are_told_what_to_show(browser: AsyncClient) -> None:
    result = await played()
    told = metas((await browser.get(f"/results/{result.public_id}/")).content.decode())
    address = f"https://play.example/results/{result.public_id}/"
    assert told["og:title"] == told["twitter:title"] == ["Red wins!"]
    assert told["og:url"] == [address]
    assert told["og:image"] == [f"{address}picture.png", f"{address}picture.svg"]
    assert told["og:image:type"] == ["image/png", "image/svg+xml"]
    assert told["twitter:card"] == ["summary_large_image"]
    assert told["twitter:image"] == [f"{address}picture.png"]
    assert told["og:description"] == told["description"] == ["Red 12, Blue -1 · 13 minutes · 13 words"]
    assert told["robots"] == ["noindex"]


async def test_the_picture_is_an_svg_and_the_same_as_png(browser: AsyncClient) -> None:
    result = await played()
    drawn = await browser.get(f"/results/{result.public_id}/picture.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    picture = ElementTree.fromstring(drawn.content)  # noqa: S314 (our own)
    assert picture.get("viewBox") == "0 0 1200 630"
    texts = [(text.text or "").strip() for text in picture.iter(f"{SVG}text")]
    assert texts == ["PartyFlow", "Red wins!", "13 minutes · 13 words", "Red", "12", "Blue", "-1"]
    pixels = await browser.get(f"/results/{result.public_id}/picture.png")
    assert pixels["Content-Type"] == "image/png"
    assert pixels.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(pixels.content[16:20]), int.from_bytes(pixels.content[20:24])) == (1200, 630)


async def test_names_of_players_are_on_the_page_and_not_in_the_picture(browser: AsyncClient) -> None:
    result = await played()
    drawn = (await browser.get(f"/results/{result.public_id}/picture.svg")).content.decode()
    assert not [name for name in ("Alice", "Bob", "Carol", "Dave") if name in drawn]


@pytest.mark.parametrize("name", ["Équipe 🙂 チーム", "צוות", "علی‌رضا", "\U0001fae8", "क्ष"])
async def test_a_name_that_the_font_cannot_draw_is_the_colour_s_in_the_picture(browser: AsyncClient, name: str) -> None:
    result = await played(winner=name, teams=[team(2, name, 3, 1, "Bob"), team(1, "Équipe", 1, 2, "Carol")])
    drawn = (await browser.get(f"/results/{result.public_id}/picture.svg")).content
    texts = [(text.text or "").strip() for text in ElementTree.fromstring(drawn).iter(f"{SVG}text")]  # noqa: S314
    assert "Team Blue" in texts
    assert "Équipe" in texts
    assert "Team Blue wins!" in texts
    assert name not in drawn.decode()
    assert name in (await browser.get(f"/results/{result.public_id}/")).content.decode()


@pytest.mark.parametrize("name", ["Équipe", "Ελλάς", "Россия", "Zürich ❤\ufe0f", "Việt", "😀"])
async def test_a_name_that_the_font_can_draw_is_in_the_picture(browser: AsyncClient, name: str) -> None:
    result = await played(winner=name, teams=[team(2, name, 3, 1, "Bob"), team(1, "Dogs", 1, 2, "Carol")])
    drawn = (await browser.get(f"/results/{result.public_id}/picture.svg")).content.decode()
    assert name in drawn


@pytest.mark.parametrize("evil", [EVIL, "&lt;&amp;", "]]>", "{{ 7 }}", "'--><svg onload=alert(1)>"])
async def test_hostile_names_are_text_everywhere(browser: AsyncClient, evil: str) -> None:
    result = await played(
        winner=evil, mvp=evil, teams=[team(1, evil, 3, 1, evil), team(2, "Dogs", 1, 2, "Carol")],
        rounds=[{
            "roundNumber": 1, "teamId": "team_1", "explainer": evil, "points": 3, "wordsGuessed": 3, "wordsSkipped": 0,
        }],
    )  # fmt: skip
    page = (await browser.get(f"/results/{result.public_id}/")).content.decode()
    assert "<script>alert" not in page
    assert "onload=alert(1)>" not in page
    assert all('"' not in content and "<" not in content for told in metas(page).values() for content in told)
    drawn = (await browser.get(f"/results/{result.public_id}/picture.svg")).content
    texts = [text.text for text in ElementTree.fromstring(drawn).iter(f"{SVG}text")]  # noqa: S314
    assert evil in texts
    assert not [node.tag for node in ElementTree.fromstring(drawn).iter() if "script" in node.tag]  # noqa: S314
    assert (await browser.get(f"/results/{result.public_id}/picture.png")).status_code == 200


async def test_the_page_is_not_for_search_engines_and_may_be_kept_for_minutes(browser: AsyncClient) -> None:
    result = await played()
    for path in ("", "picture.svg", "picture.png"):
        answer = await browser.get(f"/results/{result.public_id}/{path}")
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Cache-Control"] == "public, max-age=300"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert not answer.cookies


async def test_phones_find_the_page_by_a_qr_code(browser: AsyncClient) -> None:
    answer = await browser.get(f"/results/{'x' * 22}/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<?xml")


# How long


async def test_after_thirty_days_the_page_says_that_it_is_gone(browser: AsyncClient) -> None:
    young, old = await played(days_ago=29.9), await played(days_ago=30.1, room_code="XYZ789")
    assert (await browser.get(f"/results/{young.public_id}/")).status_code == 200
    for path in ("", "picture.svg", "picture.png"):
        answer = await browser.get(f"/results/{old.public_id}/{path}")
        assert answer.status_code == 410
        assert "30 days" in text_of(answer)
        assert "Bob" not in text_of(answer)
        assert answer["Cache-Control"] == "no-store"


async def test_an_unknown_id_is_404_and_says_the_same(browser: AsyncClient) -> None:
    answer = await browser.get(f"/results/{'A' * 22}/")
    assert answer.status_code == 404
    assert "30 days" in text_of(answer)


@pytest.mark.parametrize("path", ["/results/", "/results/short/", f"/results/{'A' * 23}/", f"/results/{'A' * 21}!/"])
async def test_what_is_no_id_is_no_page(browser: AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


async def test_old_results_are_deleted_unless_a_host_keeps_them(django_user_model: Any) -> None:
    alice = await django_user_model.objects.acreate(username="alice")
    await played(days_ago=31, room_code="OLD234")
    await played(days_ago=31, room_code="HERS23", creator=alice)
    await played(days_ago=29, room_code="NEW234")

    class LastNap(Exception):
        pass

    async def sleep(seconds: float) -> None:
        assert seconds == 3600
        raise LastNap

    with pytest.raises(LastNap):
        await retention.purge_periodically(sleep)
    assert {result.room_code async for result in GameResult.objects.all()} == {"HERS23", "NEW234"}


# The picture's measures


@pytest.mark.parametrize("count", range(2, 6))
def test_every_team_has_a_line_inside_the_picture(count: int) -> None:
    result = GameResult(teams=[team(number, f"Team {number}", 20 - number, number) for number in range(1, count + 1)])
    rows = share_image.rows_of(result)
    assert [row.number for row in rows] == list(range(1, count + 1))
    assert max(row.middle + row.half for row in rows) < share_image.HEIGHT
    assert min(low.middle - high.middle for high, low in pairwise(rows)) > rows[0].thickness
    assert rows[0].bar == share_image.BAR_WIDTH
    assert sorted((row.bar for row in rows), reverse=True) == [row.bar for row in rows]


@pytest.mark.parametrize("scores", [(0, 0), (-1, -3), (0, -2)])
def test_without_points_the_bars_are_short_and_there(scores: tuple[int, int]) -> None:
    result = GameResult(teams=[team(1, "Cats", scores[0], 1), team(2, "Dogs", scores[1], 2)])
    assert [row.bar for row in share_image.rows_of(result)] == [share_image.SHORTEST_BAR] * 2


@pytest.mark.parametrize("name", ["Team Red", "W" * 20, "漢" * 20, "i" * 20, "🎉" * 20, "Ä" * 20])
def test_a_name_is_written_as_small_as_it_must_be(name: str) -> None:
    size = share_image.size_to_fit(name, 470, 44)
    assert 0 < size <= 44
    assert size * sum(map(share_image._width_em, name)) <= 470 or size == 44


def test_accents_that_stand_on_a_letter_take_no_room() -> None:
    assert share_image.size_to_fit("a\u0301" * 10, 100, 99) == share_image.size_to_fit("a" * 10, 100, 99)
