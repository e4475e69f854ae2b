"""Team colours of the share image and of the pages in the light, as `tokens.css` has them."""

from typing import Final

from gameplay.engine import teams

DEPARTURES: Final = {
    "#E5383B": "#c92b3b",
    "#2F6FED": "#1f5bd0",
    "#1E9E5A": "#13754a",
    "#E0A100": "#ffc53d",
    "#8E4EC6": "#7a35c9",
}
"""Colour on the wire → colour on the pages in the light; in the dark the pages have lighter ones of all five.

White letters have a contrast of 4.2:1 on the wire's red and 3.5:1 on its green; on these 5.4:1 and 5.7:1. Blue and
purple are as dark as they, and gold is bright, under dark letters.
"""

TEAM_COLORS: Final = tuple(DEPARTURES.get(color, color) for _, color in teams.STYLES)
"""Of the teams 1 to 5."""
