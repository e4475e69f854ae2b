"""The admin site: Django's own, with a dashboard on its first page."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

REFRESH_INTERVAL_S = 5


class PartyFlowAdminSite(AdminSite):
    """Where hosts and administrators look after rooms, words and results."""

    site_header = _("PartyFlow administration")
    site_title = _("PartyFlow")
    index_title = _("Administration")
    index_template = "admin/dashboard.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's, and the figures of the dashboard alone."""
        return [path("figures/", self.admin_view(self.figures), name="figures"), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page."""
        return super().index(request, {**(extra_context or {}), **_dashboard_context(request)})

    def figures(self, request: HttpRequest) -> TemplateResponse:
        """The dashboard, to be put in place of an older one."""
        return TemplateResponse(request, "admin/figures.html", _dashboard_context(request))


class PartyFlowAdminConfig(AdminConfig):
    """Puts our site in place of Django's."""

    default_site = "partyflow.admin_site.site.PartyFlowAdminSite"
    default = False


def _dashboard_context(request: HttpRequest) -> dict[str, Any]:
    # Only now: while the apps are being loaded there are no models yet.
    from partyflow.admin_site.dashboard import dashboard_of

    return {"dashboard": dashboard_of(request.user), "every_s": REFRESH_INTERVAL_S}
