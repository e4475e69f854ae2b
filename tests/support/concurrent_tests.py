"""Tests that are played at the same time.

Most of what a game takes is waiting for its own clock: one countdown takes no longer than thirty at once. A test that
is marked ``@together`` is played with all the others of its module that are marked and selected, as soon as one of
them is asked for; each then passes or fails by its own outcome. Such tests share a server but not a room.
"""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Scenario = Callable[..., Awaitable[None]]

TIME_LIMIT_S = 90.0
_outcomes: dict[str, BaseException | None] = {}


def together(scenario: Scenario) -> Callable[..., None]:
    """Play this test at the same time as its neighbours."""

    @functools.wraps(scenario)
    def test(request: pytest.FixtureRequest, **arguments: Any) -> None:
        if request.node.nodeid not in _outcomes:
            asyncio.run(_play_all(request))
        error = _outcomes.pop(request.node.nodeid)
        if error is not None:
            raise error

    signature = inspect.signature(scenario)
    own = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    test.__signature__ = signature.replace(parameters=[own, *signature.parameters.values()])  # type: ignore[attr-defined]
    return test


async def _play_all(request: pytest.FixtureRequest) -> None:
    """Play all scenarios of the module; note by test id what became of each."""
    items = [
        item
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.module is request.module
        and inspect.iscoroutinefunction(inspect.unwrap(item.obj))
        and not inspect.iscoroutinefunction(item.obj)
    ]
    errors = await asyncio.gather(*(_play(item, request) for item in items), return_exceptions=True)
    _outcomes.update(zip((item.nodeid for item in items), errors, strict=True))


async def _play(item: pytest.Function, request: pytest.FixtureRequest) -> None:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    scenario = inspect.unwrap(item.obj)
    arguments = {
        name: parameters[name] if name in parameters else request.getfixturevalue(name)
        for name in inspect.signature(scenario).parameters
    }
    async with asyncio.timeout(TIME_LIMIT_S):
        await scenario(**arguments)
