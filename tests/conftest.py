"""The site that the tests share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.site import Site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One running server for all tests that do not stop it. It must end cleanly, and without one traceback."""
    site = Site()
    site.start()
    try:
        yield site
        assert site.stop() == 0
        assert "Traceback" not in site.log(), site.log()[-6000:]
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
