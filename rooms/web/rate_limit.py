"""What HTTP answers to whoever asks too often: 429, as JSON to programs and as a calm page to people."""

import math
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import async_only_middleware
from limits import RateLimitItem

from rooms.access.client_key import peer_of
from rooms.access.rate_limits import LOGINS, PAGES, REST
from rooms.cluster.registry import current_registry
from rooms.errors import RateLimited
from rooms.protocol.errors import ErrorCode

REST_PREFIX = "/api/"
LOGIN_PATH = "/admin/login/"
EXEMPT = frozenset({"/healthz", "/readyz", "/metrics"})
"""A probe must not come to believe that a busy server is a dead one."""

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def limit_requests(get_response: GetResponse) -> GetResponse:
    """Middleware: counts the requests of each address before anything else is done for them."""

    async def answer(request: HttpRequest) -> HttpResponseBase:
        here = current_registry()
        if here is not None and (limit := limit_of(request)) is not None:
            try:
                await here.limiter.take(limit, peer_of(request))
            except RateLimited as excess:
                return too_many_requests(request, excess)
        return await get_response(request)

    return answer


def limit_of(request: HttpRequest) -> RateLimitItem | None:
    """What a request counts as; None: it is not counted."""
    if request.path in EXEMPT:
        return None
    if request.path.startswith(REST_PREFIX):
        return REST
    return LOGINS if request.path == LOGIN_PATH and request.method == "POST" else PAGES


def too_many_requests(request: HttpRequest, excess: RateLimited) -> HttpResponse:
    """429, with the time to wait."""
    response: HttpResponse
    if request.path.startswith(REST_PREFIX) or not request.accepts("text/html"):
        response = problem(HTTPStatus.TOO_MANY_REQUESTS, ErrorCode.RATE_LIMITED, str(excess))
    else:
        context = {"minutes": math.ceil(excess.wait_s / 60)}
        response = render(request, "429.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(excess.wait_s)
    response["Cache-Control"] = "no-store"
    # A flood must not fill the log as well; the metrics count it.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def problem(status: HTTPStatus, code: str, message: str) -> JsonResponse:
    """An error as JSON."""
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)
