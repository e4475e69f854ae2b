"""Views of the site itself: 404 page and favicon."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import page_not_found


@csrf_exempt
def not_found(request: HttpRequest, path: str) -> HttpResponse:
    """The last route: the 404 page, or a redirect to the same path with a slash if that exists.

    Without it Django would list all routes while DEBUG is on.
    """
    lacks_slash = request.method in {"GET", "HEAD"} and not path.endswith("/")
    if lacks_slash and resolve(f"/{path}/").func is not not_found:
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    return page_not_found(request, Http404())


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the icon; browsers request this path for responses other than pages."""
    return HttpResponseRedirect(static("img/icon.svg"))
