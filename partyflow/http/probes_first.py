"""Probe and metrics endpoints bypass host checks, sessions, limits and the access log."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve

from rooms.network.policy import is_stranger

PROBE_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


class ProbesFirst:
    """The outermost middleware: answers `PROBE_PATHS` for any Host, since probes and Prometheus use bare addresses.

    A stranger in LAN mode gets them no more than any page.

    Async only: an answer never waits for a free thread.
    """

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self._get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a probe; pass any other request on."""
        if request.path_info not in PROBE_PATHS or is_stranger(request.META.get("REMOTE_ADDR") or ""):
            return await self._get_response(request)
        response: Any = await resolve(request.path_info).func(request)
        # Django would log each "not ready" as an error.
        response._has_been_logged = True
        return cast(HttpResponseBase, response)
