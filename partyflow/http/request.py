"""The site's request: its host may be any that `rooms.network.policy` allows."""

from django.core.handlers.asgi import ASGIHandler, ASGIRequest

from rooms.network.policy import is_allowed_host


class SiteRequest(ASGIRequest):
    """Django's request, for which addresses of the local network need not be in ALLOWED_HOSTS."""

    def get_host(self) -> str:
        """The host and port of the request. Raises `DisallowedHost`."""
        host = str(self._get_raw_host())  # type: ignore[attr-defined]
        return host if is_allowed_host(host) else super().get_host()


class SiteHandler(ASGIHandler):
    """Django's ASGI handler with `SiteRequest`."""

    request_class = SiteRequest
