"""Guessing a password of the administration: django-axes counts in the database, so that all workers agree.

Locked is one account from one address at a time: whoever guesses cannot lock its owner out. How often an address may
try at all, whoever as, is one of `rooms.access.rate_limits`'s limits.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from rooms.access.client_key import network_prefix
from rooms.errors import RateLimited
from rooms.web.error_responses import too_many_requests


def client_address(request: HttpRequest) -> str | None:
    """Where the request comes from, as axes keeps it: of a /64 of IPv6 its first address."""
    prefix = network_prefix(request.META.get("REMOTE_ADDR") or "")
    return None if prefix is None else prefix.partition("/")[0]


def locked_out_response(request: HttpRequest, *_details: Any) -> HttpResponse:
    """What somebody sees who has guessed too often."""
    return too_many_requests(request, RateLimited(int(settings.AXES_COOLOFF_TIME.total_seconds())))
