"""Share image (Open Graph) of a result, as SVG and as PNG."""

import functools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import resvg_py
from django.template.loader import render_to_string

from gameplay.engine import teams
from gameplay.models import GameResult
from rooms.web.font_coverage import can_draw
from rooms.web.team_colors import TEAM_COLORS

WIDTH: Final = 1200
HEIGHT: Final = 630
FONT: Final = Path(__file__).parent / "fonts" / "DejaVuSans-Bold-subset.ttf"

ROWS_TOP: Final = 246
ROWS_HEIGHT: Final = 350
MAX_ROW: Final = 120
THICKNESS: Final = 0.62
NAME_WIDTH: Final = 470
BAR_WIDTH: Final = 430
SHORTEST_BAR: Final = 14
HEADLINE_WIDTH: Final = 1080


@dataclass(frozen=True, slots=True)
class Row:
    """A team's row in the image; lengths in SVG units. ``middle`` is the y of its centre, ``bar`` the bar's length."""

    number: int
    color: str
    name: str
    name_size: int
    score: int
    middle: int
    thickness: int
    bar: int

    @property
    def corner_radius(self) -> int:
        """The radius of the bar's corners."""
        return min(14, self.bar // 2)

    @property
    def half(self) -> int:
        """Half of the bar's thickness."""
        return self.thickness // 2


def svg_of(result: GameResult, headline: str, summary: str) -> str:
    """The image as SVG; its texts are escaped."""
    context = {
        "width": WIDTH,
        "height": HEIGHT,
        "headline": headline,
        "headline_size": size_to_fit(headline, HEADLINE_WIDTH, 92),
        "summary": summary,
        "rows": rows_of(result),
        "colors": TEAM_COLORS,
        "bar_left": 118 + NAME_WIDTH + 16,
    }
    return render_to_string("results/picture.svg", context)


@functools.lru_cache(maxsize=64)
def png_of(svg: str) -> bytes:
    """The image as PNG; takes about 30 ms with the GIL released."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(FONT)]))


def rows_of(result: GameResult) -> list[Row]:
    """The teams, best first, with bars as long as their scores."""
    height = min(MAX_ROW, ROWS_HEIGHT // max(1, len(result.teams)))
    top = ROWS_TOP + (ROWS_HEIGHT - height * len(result.teams)) // 2
    best = max((team["score"] for team in result.teams), default=0)
    return [
        Row(
            number=(number := _number(team["id"])),
            color=TEAM_COLORS[number - 1],
            name=(name := drawn_name(team)),
            name_size=size_to_fit(name, NAME_WIDTH, 46),
            score=team["score"],
            middle=top + index * height + height // 2,
            thickness=round(height * THICKNESS),
            bar=max(SHORTEST_BAR, round(BAR_WIDTH * team["score"] / best)) if best > 0 else SHORTEST_BAR,
        )
        for index, team in enumerate(result.teams)
    ]


def drawn_name(team: Mapping[str, Any]) -> str:
    """The team's name as the image shows it: its default name, of a colour, where the font lacks a glyph."""
    name: str = team["name"]
    return name if can_draw(FONT, name) else teams.STYLES[_number(team["id"]) - 1][0]


def size_to_fit(text: str, width: int, max_size: int) -> int:
    """The largest font size up to ``max_size`` with which ``text`` fits ``width`` in any usual font."""
    width_em = sum(map(_width_em, text))
    return min(max_size, int(width / width_em)) if width_em else max_size


def _width_em(character: str) -> float:
    """Upper estimate of a character's width, in em."""
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF" or character in "MWmw@%—":
        return 1.12
    return 0.8 if character.isupper() or character.isdigit() else 0.69


def _number(team_id: str) -> int:
    """The team's number, 1 to 5."""
    digits = team_id.rpartition("_")[2]
    return int(digits) if digits in "12345" and digits else 1
