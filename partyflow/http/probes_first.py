"""Probe and metrics endpoints bypass host checks, sessions, limits and the access log."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve

PROBE_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


class ProbesFirst:
    """The outermost middleware: answers `PROBE_PATHS` for any Host, since probes and Prometheus use bare addresses.

    Async only: an answer never waits for a free thread.
    """

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self._get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a probe; pass any other request on."""
        if request.path_info not in PROBE_PATHS:
            return await self._get_response(request)
        response: Any = await resolve(request.path_info).func(request)
        # Django would log each "not ready" as an error.
        response._has_been_logged = True
        return cast(HttpResponseBase, response)
