"""The URL routes of the site. Fixed routes precede room codes; the last route answers everything else with 404."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.i18n import JavaScriptCatalog

from partyflow.http.views import favicon, not_found

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("favicon.ico", favicon),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="jsi18n"),
    path("", include("rooms.web.probes")),
    path("", include("rooms.web.api")),
    path("", include("rooms.urls")),
    re_path(r"^(?P<path>.*)$", not_found),
]
