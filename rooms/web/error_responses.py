"""Errors over HTTP: 429 and 503, as JSON for the REST API and programs, as pages for browsers."""

import functools
import logging
import math
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from rooms.errors import BUSY, RateLimited, Unavailable
from rooms.protocol.errors import ErrorCode

logger = logging.getLogger(__name__)

REST_PREFIX = "/api/"
RETRY_AFTER_S = 5

View = Callable[..., Coroutine[Any, Any, HttpResponse]]


def error_response(status: HTTPStatus, code: str, message: str) -> JsonResponse:
    """The JSON body of an error: ``{"error": {"code", "message"}}``."""
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)


def too_many_requests(request: HttpRequest, excess: RateLimited) -> HttpResponse:
    """429 with ``Retry-After`` (seconds); not logged, for a flood would fill the log. The metrics count it."""
    response: HttpResponse
    if request.path.startswith(REST_PREFIX) or not request.accepts("text/html"):
        response = error_response(HTTPStatus.TOO_MANY_REQUESTS, ErrorCode.RATE_LIMITED, str(excess))
    else:
        context = {"minutes": math.ceil(excess.wait_s / 60)}
        response = render(request, "429.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(excess.wait_s)
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def service_unavailable(request: HttpRequest, error: Unavailable) -> HttpResponse:
    """503 with ``Retry-After`` (seconds)."""
    response: HttpResponse
    if request.path.startswith(REST_PREFIX):
        response = error_response(HTTPStatus.SERVICE_UNAVAILABLE, ErrorCode.SERVER_BUSY, str(error))
    else:
        response = render(request, "503.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


class DatabaseErrors(MiddlewareMixin):
    """Middleware: a database that is away, locked or full is a 503, as JSON or as a page, and one line in the log."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a view that has raised an error of the database."""
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        logger.error("Database unavailable: %s", " ".join(str(error).split()))
        response = service_unavailable(request, Unavailable(BUSY))
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response


def answer_room_errors(view: View) -> View:
    """Decorator: `RateLimited` becomes a 429 and `Unavailable` a 503."""

    @functools.wraps(view)
    async def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return await view(request, *args, **kwargs)
        except RateLimited as excess:
            return too_many_requests(request, excess)
        except Unavailable as error:
            return service_unavailable(request, error)

    return answer
