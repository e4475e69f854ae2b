"""Middleware that rate-limits HTTP requests by client address."""

from collections.abc import Awaitable, Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware
from limits import RateLimitItem

from rooms.access.client_key import client_key
from rooms.access.rate_limits import API_REQUESTS, LOGIN_ATTEMPTS, PAGE_REQUESTS
from rooms.cluster.node import running_node
from rooms.errors import RateLimited
from rooms.web.error_responses import REST_PREFIX, too_many_requests

LOGIN_PATH = "/admin/login/"
EXEMPT = frozenset({"/healthz", "/readyz", "/metrics"})
"""Probes and metrics: a refused probe would make a busy server look dead."""

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def limit_requests(get_response: GetResponse) -> GetResponse:
    """Count each request against its client's limit, before any other work is done for it."""

    async def answer(request: HttpRequest) -> HttpResponseBase:
        node = running_node()
        if node is not None and (limit := limit_of(request)) is not None:
            try:
                await node.limiter.hit(limit, client_key(request))
            except RateLimited as excess:
                return too_many_requests(request, excess)
        return await get_response(request)

    return answer


def limit_of(request: HttpRequest) -> RateLimitItem | None:
    """The limit that a request counts against; None: it is not counted."""
    if request.path in EXEMPT:
        return None
    if request.path.startswith(REST_PREFIX):
        return API_REQUESTS
    return LOGIN_ATTEMPTS if request.path == LOGIN_PATH and request.method == "POST" else PAGE_REQUESTS
