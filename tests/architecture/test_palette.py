"""Pages and share image draw teams in the wire's colours or in named departures, with the contrast they promise."""

import re
from itertools import product

import pytest

from gameplay.engine.model import MAX_TEAMS
from gameplay.engine.teams import STYLES
from rooms.web.team_colors import DEPARTURES, TEAM_COLORS
from tests.architecture.test_templates import ROOT

TOKENS = (ROOT / "static/css/tokens.css").read_text()
LIGHT, DARK = (
    dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", part)) for part in TOKENS.split("prefers-color-scheme: dark")
)
PALETTES = {"light": LIGHT, "dark": DARK}

WASHES = tuple(f"team-{number}-wash" for number in range(1, MAX_TEAMS + 1))
GROUNDS = ("paper", "surface", "surface-sunk")
TEXTS = [
    *product(("ink",), (*GROUNDS, *WASHES)),
    *product(("ink-soft", "bad"), GROUNDS),
    ("good", "surface"),
    *((f"on-{face}", face) for face in ("action", "good", "bad", "warn")),
    *((f"on-team-{number}", f"team-{number}") for number in range(1, MAX_TEAMS + 1)),
    *((f"team-{number}-text", ground) for number in range(1, MAX_TEAMS + 1)
      for ground in (*GROUNDS, f"team-{number}-wash")),
]  # fmt: skip
EDGES = [
    *product(("line-strong", "focus", "action"), ("paper", "surface")),
    *((f"team-{number}-edge", ground) for number in range(1, MAX_TEAMS + 1)
      for ground in ("paper", "surface", f"team-{number}-wash")),
]  # fmt: skip


def luminance(color: str) -> float:
    """WCAG 2's relative luminance of ``#rrggbb``."""
    shares = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_in_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", PALETTES)
def test_every_text_has_a_contrast_of_4_5(scheme: str) -> None:
    palette = PALETTES[scheme]
    faint = {pair: contrast(*(palette[name] for name in pair)) for pair in TEXTS}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", PALETTES)
def test_every_control_edge_has_a_contrast_of_3(scheme: str) -> None:
    palette = PALETTES[scheme]
    # A team's edge is its colour unless it has one of its own, as gold in the light.
    colors = [(palette.get(edge, palette.get(edge.removesuffix("-edge"))), palette[ground]) for edge, ground in EDGES]
    faint = {pair: contrast(*of) for pair, of in zip(EDGES, colors, strict=True)}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 3} == {}


def test_a_team_colour_of_the_pages_is_the_wires_or_a_named_departure() -> None:
    assert [LIGHT[f"team-{number}"] for number in range(1, MAX_TEAMS + 1)] == [color.lower() for color in TEAM_COLORS]
    assert len(STYLES) == len(TEAM_COLORS) == MAX_TEAMS


def test_every_departure_is_one_from_a_colour_on_the_wire() -> None:
    assert set(DEPARTURES) <= {color for _, color in STYLES}
    assert all(wire.lower() != page for wire, page in DEPARTURES.items())


def test_the_share_image_takes_every_other_colour_from_the_palette_in_the_light() -> None:
    picture = (ROOT / "templates/results/picture.svg").read_text()
    assert set(re.findall(r"#[0-9a-fA-F]{6}", picture)) <= {LIGHT["paper"], LIGHT["ink"], LIGHT["ink-soft"]}
    assert "colors.0" in picture
