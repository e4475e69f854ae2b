"""The site that the tests share, and how they tell what they measured."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.site import Site

# It tells of every connection, which buries what a failed test has to say.
logging.getLogger("picows").setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One running server for all tests that do not stop it. It must end cleanly, and without one traceback."""
    site = Site()
    site.start()
    try:
        yield site
        assert site.stop() == 0, site.tracebacks()
        assert not site.tracebacks(), site.tracebacks()
    finally:
        site.dispose()


@pytest.fixture
def build_site() -> Iterator[Callable[..., Site]]:
    """Makes servers for one test, which may do with them what it likes; not started yet."""
    sites: list[Site] = []

    def build(env: dict[str, Any] | None = None) -> Site:
        sites.append(Site(env))
        return sites[-1]

    yield build
    for site in sites:
        site.dispose()


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    """Prints what was measured beside the result, and keeps it in a JUnit report."""

    def note(name: str, value: object) -> None:
        record_property(name, value)
        print(f"{name}: {value}")

    return note
