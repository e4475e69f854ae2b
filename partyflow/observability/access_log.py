"""Access log and metrics of HTTP requests; static files, probes and metrics are answered before it."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from partyflow.observability.logs import redact
from rooms.access.client_key import client_key
from rooms.telemetry.counters import counters
from rooms.telemetry.log_context import LOGGED_KEY_DIGITS
from rooms.telemetry.spans import span

logger = logging.getLogger(__name__)


@sync_and_async_middleware
def access_log(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware that logs and counts each request with its status and duration."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            began_s = perf_counter()
            with _span(request):
                response: HttpResponseBase = await get_response(request)
            _record(request, response, perf_counter() - began_s)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        began_s = perf_counter()
        with _span(request):
            response: HttpResponseBase = get_response(request)
        _record(request, response, perf_counter() - began_s)
        return response

    return answer


def _span(request: HttpRequest) -> AbstractContextManager[object]:
    return span("request", method=str(request.method), path=redact(request.path))


def _record(request: HttpRequest, response: HttpResponseBase, took_s: float) -> None:
    counters.requests[response.status_code] += 1
    counters.request.observe(took_s)
    # Without the query, which may contain input of users.
    fields: dict[str, object] = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "took_ms": round(took_s * 1000, 1),
        "peer": client_key(request)[:LOGGED_KEY_DIGITS],
    }
    if request.resolver_match is not None and "code" in request.resolver_match.kwargs:
        fields["room"] = request.resolver_match.kwargs["code"]
    logger.info("Request", extra=fields)
