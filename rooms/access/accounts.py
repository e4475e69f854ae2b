"""Accounts of hosts. Players have none; hosts may have one."""

from django.conf import settings
from django.http import HttpRequest


async def account_id(request: HttpRequest) -> int | None:
    """The id of the account that the browser is logged in with, if any. Queries no database without a cookie."""
    user = await request.auser()
    return user.pk if user.is_authenticated else None


def may_create_rooms(account: int | None) -> bool:
    """Whether an account, None for a browser without one, may create rooms on this site."""
    return account is not None or bool(settings.ANONYMOUS_ROOMS)


def is_cross_site(request: HttpRequest) -> bool:
    """Whether a page of another site has caused the request: its cookies then say nothing about the user's intent."""
    here = request.build_absolute_uri("/").rstrip("/")
    return request.headers.get("Origin", here) not in (here, settings.PUBLIC_URL)
