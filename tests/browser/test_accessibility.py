"""axe over every page in every state, in the light and in the dark."""

from tests.browser.looks import Look


def test_axe_finds_nothing_serious(looks: list[Look]) -> None:
    assert not [problem for look in looks for problem in look.serious()]
