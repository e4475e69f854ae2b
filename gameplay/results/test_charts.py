"""Charts above the list of results."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gameplay.admin.test_results import RESULTS, make_result
from gameplay.models import GameResult
from gameplay.results import charts

pytestmark = pytest.mark.django_db

TODAY = date(2025, 6, 30)


def play(day: date, *words: int) -> None:
    """A game for each number of words, late in the evening of this day."""
    for number, guessed in enumerate(words):
        started_at = datetime(day.year, day.month, day.day, 23, 50, number, tzinfo=UTC)
        make_result(started_at=started_at, room_created_at=started_at, words_guessed=guessed)


def test_games_and_words_are_counted_by_day_without_a_gap(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    play(date(2025, 6, 29), 10, 5)
    play(date(2025, 6, 1), 7)
    play(date(2025, 5, 31), 99)
    with django_assert_num_queries(2):
        days = charts.daily_activity(GameResult.objects.all(), TODAY)
    assert [day.date for day in days] == [date(2025, 6, number) for number in range(1, 31)]
    assert [(day.games, day.words) for day in days if day.games] == [(1, 7), (2, 15)]


def test_older_games_are_shown_up_to_the_latest() -> None:
    play(date(2024, 3, 10), 4)
    assert charts.daily_activity(GameResult.objects.all(), TODAY)[-1] == charts.DayActivity(date(2024, 3, 10), 1, 4)


def test_without_games_there_is_no_chart() -> None:
    assert charts.daily_activity(GameResult.objects.all(), TODAY) == []


def test_the_highest_bar_reaches_the_top_and_none_leaves_the_picture() -> None:
    days = [charts.DayActivity(TODAY + timedelta(days=number), number, 0) for number in range(30)]
    drawn = charts.chart("Games", days, [day.games for day in days])
    assert drawn.bars[-1].y == charts.TOP
    assert drawn.bars[0].height == 0
    assert all(bar.y + bar.height == charts.HEIGHT - charts.BOTTOM for bar in drawn.bars)
    assert drawn.bars[-1].x + drawn.bar_width <= charts.WIDTH
    assert (drawn.most, drawn.total, drawn.best) == (29, 435, days[-1])


def test_the_list_shows_charts_that_can_be_read_without_seeing_them(admin_client: Client) -> None:
    play(date(2024, 6, 7), 10, 5)
    play(date(2024, 6, 9), 20)
    page = admin_client.get(f"{RESULTS}?q=ABC234").content.decode()
    assert re.findall(r"<desc[^>]*>([^<]+)<", page) == [
        "May 11, 2024 to June 9, 2024: 3 in all, the most on June 7, 2024: 2.",
        "May 11, 2024 to June 9, 2024: 35 in all, the most on June 9, 2024: 20.",
    ]
    assert len(re.findall(r'<rect class="played__bar"', page)) == 4
    assert re.findall(r'<th scope="row">(June[^<]+)</th><td>(\d+)</td><td>(\d+)</td>', page) == [
        ("June 7, 2024", "2", "15"),
        ("June 9, 2024", "1", "20"),
    ]
    assert " style=" not in page.partition('<section class="played"')[2].partition("</section>")[0]


def test_the_charts_follow_the_filters(admin_client: Client) -> None:
    play(date(2024, 6, 7), 10)
    assert "played__bar" in admin_client.get(f"{RESULTS}?started_at__year=2024").content.decode()
    assert "played__bar" not in admin_client.get(f"{RESULTS}?started_at__year=2023").content.decode()
    assert admin_client.get(f"{RESULTS}?started_at__year=nonsense").status_code == 302


def test_the_page_to_share_is_linked_while_it_is_there(admin_client: Client) -> None:
    fresh, old = make_result(ended_at=datetime.now(UTC)), make_result(room_code="OLD234")
    page = admin_client.get(f"{RESULTS}{fresh.pk}/change/").content.decode()
    assert f'<a href="/results/{fresh.public_id}/">' in page
    page = admin_client.get(f"{RESULTS}{old.pk}/change/").content.decode()
    assert "It is gone" in page
