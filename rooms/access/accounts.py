"""Which account a request comes from. Players have none; hosts may have one."""

from django.conf import settings
from django.http import HttpRequest


async def account_id(request: HttpRequest) -> int | None:
    """The key of the account that this browser is logged in to; None if it is not. Costs nothing without a cookie."""
    user = await request.auser()
    return user.pk if user.is_authenticated else None


def may_create_rooms(owner_id: int | None) -> bool:
    """Whether this account, or somebody without one, may make a room here."""
    return owner_id is not None or bool(settings.ANONYMOUS_ROOMS)


def is_cross_site(request: HttpRequest) -> bool:
    """Whether a page of another site has made the browser send this; its cookies are then not its user's word."""
    here = request.build_absolute_uri("/").rstrip("/")
    return request.headers.get("Origin", here) not in (here, settings.PUBLIC_URL)
