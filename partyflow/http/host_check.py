"""Middleware that refuses hosts and peers with a page that says why (`rooms.network.policy`)."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _

from rooms.network.policy import is_allowed_host, is_stranger, setting_for_host
from rooms.web.error_responses import REST_PREFIX, error_response

logger = logging.getLogger(__name__)

MAX_NAMED_HOSTS = 50
"""Refused names that are logged, each of them once: anybody can send any."""

_named: set[str] = set()


@sync_and_async_middleware
def check_host(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answers 403 to a stranger in LAN mode, and 400 to a host that is not allowed."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            refusal = refuse(request)
            response: HttpResponseBase = await get_response(request) if refusal is None else refusal
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        refusal = refuse(request)
        response: HttpResponseBase = get_response(request) if refusal is None else refusal
        return response

    return answer


def refuse(request: HttpRequest) -> HttpResponse | None:
    """The refusal of a request; None if it is served."""
    if is_stranger(request.META.get("REMOTE_ADDR") or ""):
        return _refuse_stranger(request)
    return None if is_allowed_host(_raw_host(request)) else refuse_host(request)


def refuse_host(request: HttpRequest) -> HttpResponse:
    """400, with the name that was refused; the terminal says which setting allows it."""
    domain, _port = split_domain_port(_raw_host(request))
    is_tunnel = request.META.get("HTTP_X_FORWARDED_PROTO") == "https"
    if domain not in _named and len(_named) < MAX_NAMED_HOSTS:
        _named.add(domain)
        if domain:
            allowing = setting_for_host(domain, is_tunnel)
            logger.warning("Refused the host name %s. If it is yours, start with %s make run", domain, allowing)
        else:
            logger.warning("Refused a request whose Host is no name")
    if request.path.startswith(REST_PREFIX):
        return _unlogged(error_response(HTTPStatus.BAD_REQUEST, "HOST_REFUSED", _("This name is not allowed here.")))
    return _unlogged(render(request, "400.html", {"refused_host": domain}, status=HTTPStatus.BAD_REQUEST))


def _refuse_stranger(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(REST_PREFIX):
        message = _("This site is for its local network. Over the internet it needs https.")
        return _unlogged(error_response(HTTPStatus.FORBIDDEN, "HTTPS_NEEDED", message))
    return _unlogged(render(request, "needs_https.html", status=HTTPStatus.FORBIDDEN))


def _raw_host(request: HttpRequest) -> str:
    """The host that the request names; the server's own address if it is HTTP/1.0 without one."""
    return str(request._get_raw_host())  # type: ignore[attr-defined]


def _unlogged(response: HttpResponse) -> HttpResponse:
    """``response``, of which Django's own log says nothing: the access log has it already."""
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
