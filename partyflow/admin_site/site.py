"""The admin site: Django's, with a dashboard on the index page."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

REFRESH_INTERVAL_S = 5


class PartyFlowAdminSite(AdminSite):
    """The administration of rooms, words and results."""

    site_header = _("PartyFlow administration")
    site_title = _("PartyFlow")
    index_title = _("Administration")
    index_template = "admin/dashboard.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's routes and that of the dashboard's fragment."""
        return [path("figures/", self.admin_view(self.figures), name="figures"), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The index page, with the dashboard."""
        return super().index(request, {**(extra_context or {}), **_dashboard_context(request)})

    def figures(self, request: HttpRequest) -> TemplateResponse:
        """The dashboard as a fragment of HTML, for refreshing it."""
        return TemplateResponse(request, "admin/figures.html", _dashboard_context(request))


class PartyFlowAdminConfig(AdminConfig):
    """Replaces Django's admin site."""

    default_site = "partyflow.admin_site.site.PartyFlowAdminSite"
    default = False


def _dashboard_context(request: HttpRequest) -> dict[str, Any]:
    # Imported late: models are not loaded when this module is.
    from partyflow.admin_site.dashboard import dashboard_of

    return {"dashboard": dashboard_of(request.user), "every_s": REFRESH_INTERVAL_S}
