"""What machines ask a worker, under whatever name they know it: probes and Prometheus come by address."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


class MachinesFirst:
    """Middleware, the outermost: answers `PATHS` at once, for any Host, with no session, limit or line in the log.

    It runs on the event loop alone, so that an answer does not wait until a thread is free.
    """

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self._get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or hand on."""
        if request.path_info not in PATHS:
            return await self._get_response(request)
        response: Any = await resolve(request.path_info).func(request)
        # Django would log each "not ready" as an error.
        response._has_been_logged = True
        return cast(HttpResponseBase, response)
