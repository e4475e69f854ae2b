"""Bar charts of the activity a day: data and geometry; the template has the markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncDate

from gameplay.models import GameResult

DAYS: Final = 30
WIDTH: Final = 360
HEIGHT: Final = 130
LEFT: Final = 34
BOTTOM: Final = 20
TOP: Final = 10
GAP: Final = 2


@dataclass(frozen=True, slots=True)
class DayActivity:
    """The games and guessed words of one day."""

    date: date
    games: int
    words: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of one day; lengths in units of the chart."""

    date: date
    value: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart of one number a day, with its maximum, its total and its best day."""

    name: str
    bars: list[Bar]
    most: int
    total: int
    best: DayActivity
    bar_width: float

    width = WIDTH
    height = HEIGHT
    left = LEFT
    floor = HEIGHT - BOTTOM
    top = TOP


def daily_activity(results: "QuerySet[GameResult]", today: date) -> list[DayActivity]:
    """The activity of `DAYS` consecutive days, up to today or, if that is longer ago, to the latest of ``results``.

    Empty without results. Two queries.
    """
    latest = results.order_by().aggregate(latest=Max("started_at"))["latest"]
    if latest is None:
        return []
    end = today if latest.date() > today - timedelta(days=DAYS) else latest.date()
    start = end - timedelta(days=DAYS - 1)
    counted = (
        results.order_by()
        .filter(started_at__date__range=(start, end))
        .annotate(day=TruncDate("started_at"))
        .values("day")
        .annotate(games=Count("pk"), words=Sum("words_guessed"))
    )
    played = {row["day"]: DayActivity(row["day"], row["games"], row["words"]) for row in counted}
    dates = [start + timedelta(days=number) for number in range(DAYS)]
    return [played.get(each, DayActivity(each, 0, 0)) for each in dates]


def chart(name: str, days: Sequence[DayActivity], values: Sequence[int]) -> Chart:
    """The bar chart of ``values``, one for each of the ``days``."""
    most = max(*values, 1)
    step = (WIDTH - LEFT) / len(days)
    room = HEIGHT - BOTTOM - TOP
    bars = [
        Bar(
            date=day.date,
            value=value,
            x=round(LEFT + number * step, 1),
            y=round(HEIGHT - BOTTOM - room * value / most, 1),
            height=round(room * value / most, 1),
        )
        for number, (day, value) in enumerate(zip(days, values, strict=True))
    ]
    best = days[max(range(len(days)), key=lambda number: values[number])]
    return Chart(name, bars, most, sum(values), best, round(step - GAP, 1))
