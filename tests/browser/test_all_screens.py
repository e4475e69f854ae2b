"""Every page in every state fits its window, fingers fit its controls, and axe has nothing to say.

All that looks at the walk through the pages is in this file, so that it is done once.
"""

from collections.abc import Iterable

from tests.browser.html_validator import html_problems
from tests.browser.page_checks import LAPTOP, PHONE, SMALL_PHONE, Look

ROUND_STATES = ("countdown", "round", "pause")
# A list of words can be long; the host's page scrolls inside its own frame then, as a dialog does.
LARGE_SCREENS = ("host", "stage")


def problems(looks: Iterable[Look], size: tuple[int, int], *kinds: str) -> list[str]:
    return [problem for look in looks for problem in look.problems(size, *kinds)]


def test_the_walk_has_seen_every_page_and_state(looks: list[Look]) -> None:
    seen = {(look.page.split(" ")[0], look.state) for look in looks}
    assert len(seen) >= 60
    for state in ("lobby", "teams", "countdown", "round", "pause", "review", "results", "no line", "closed"):
        assert {("host", state), ("phone", state), ("stage", state)} <= seen | {("phone", "pause")}, state
    assert {look.page for look in looks} >= {
        "phone explaining", "phone guessing", "phone quiet", "phone waiting", "phone holding", "home", "message",
    }  # fmt: skip


def test_nothing_is_wider_than_a_small_phone(looks: list[Look]) -> None:
    assert not problems(looks, SMALL_PHONE, "sideways", "outside")


def test_nothing_is_wider_than_any_window(looks: list[Look]) -> None:
    assert not problems(looks, PHONE, "sideways", "outside") + problems(looks, LAPTOP, "sideways", "outside")


def test_a_phone_in_the_round_never_scrolls(looks: list[Look]) -> None:
    play = [
        look for look in looks if look.page.startswith("phone") and any(name in look.state for name in ROUND_STATES)
    ]
    assert len(play) >= 10
    assert not problems(play, SMALL_PHONE, "down", "below", "cut")
    assert not problems(play, PHONE, "down", "below", "cut")


def test_the_host_and_the_big_screen_never_scroll_on_a_laptop(looks: list[Look]) -> None:
    large = [look for look in looks if look.page in LARGE_SCREENS]
    assert not problems(large, LAPTOP, "down", "below", "cut", "scrollers")


def test_every_control_is_large_enough_for_a_finger(looks: list[Look]) -> None:
    assert not problems([look for look in looks if look.page != "stage"], SMALL_PHONE, "small")
    assert not problems([look for look in looks if look.page == "stage"], PHONE, "small")


def test_nothing_moves_where_less_motion_is_wanted(looks: list[Look]) -> None:
    assert not problems(looks, PHONE, "moving") + problems(looks, LAPTOP, "moving")


def test_axe_finds_nothing_in_the_light_or_in_the_dark(looks: list[Look]) -> None:
    assert not [problem for look in looks for problem in look.accessibility()]


def test_a_validator_finds_nothing_in_what_the_server_sends(looks: list[Look]) -> None:
    assert not html_problems({f"{look} (sent)": look.source for look in looks})


def test_a_validator_finds_nothing_in_what_scripts_make_of_the_pages(looks: list[Look]) -> None:
    assert not html_problems({f"{look} (drawn)": look.html for look in looks})


def test_the_validator_would_find_a_fault() -> None:
    page = "<!doctype html><html lang='en'><title>A</title>{}</html>"
    found = html_problems({"good": page.format("<p>a</p>"), "bad": page.format("<ul><p>a</p></ul><img alt=''>")})
    assert len(found) == 2
    assert all(problem.startswith("bad, line 1: ") for problem in found)
