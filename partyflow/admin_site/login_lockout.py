"""Lockout after failed logins, by django-axes: counted in the database, shared by all workers.

A lockout covers one account from one address, so that guessing does not lock out its owner. Logins per address are
limited by `rooms.access.rate_limits`.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from rooms.access.client_key import network_prefix
from rooms.errors import RateLimited
from rooms.web.error_responses import too_many_requests


def client_address(request: HttpRequest) -> str | None:
    """The client's address as axes stores it; for IPv6 the first address of its /64."""
    prefix = network_prefix(request.META.get("REMOTE_ADDR") or "")
    return None if prefix is None else prefix.partition("/")[0]


def locked_out_response(request: HttpRequest, *_details: Any) -> HttpResponse:
    """The response during a lockout."""
    return too_many_requests(request, RateLimited(int(settings.AXES_COOLOFF_TIME.total_seconds())))
