"""Middleware for response headers that Django and django-csp have no setting for."""

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, cast

from asgiref.sync import iscoroutinefunction
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware


class ContentSecurityPolicy(CSPMiddleware):
    """django-csp's middleware, which also covers 404 pages while DEBUG is on."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the header."""
        if response.status_code == HTTPStatus.NOT_FOUND and HEADER not in response:
            response[HEADER] = build_policy(**asdict(self.get_policy_parts(request, response)))
        return super().process_response(request, response)


@sync_and_async_middleware
def security_headers(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Sets ``Permissions-Policy`` and ``Cross-Origin-Resource-Policy`` on every response, static files included.

    A view may set its own value.
    """
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            return _with_headers(await get_response(request))

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _with_headers(get_response(request))

    return answer


def _with_headers(response: Any) -> HttpResponseBase:
    response.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
    response.setdefault("Cross-Origin-Resource-Policy", settings.CROSS_ORIGIN_RESOURCE_POLICY)
    return cast(HttpResponseBase, response)
