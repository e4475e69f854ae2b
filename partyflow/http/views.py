"""Answers that belong to the whole site."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import page_not_found


@csrf_exempt
def not_found(request: HttpRequest, path: str) -> HttpResponse:
    """The last route: our own page for an address that nothing knows, or a hint to the one with a slash at its end.

    Without it, `DEBUG` would show phones a list of all routes.
    """
    lacks_slash = request.method in {"GET", "HEAD"} and not path.endswith("/")
    if lacks_slash and resolve(f"/{path}/").func is not not_found:
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    return page_not_found(request, Http404())


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Where browsers look for the icon of what is no page, such as a picture."""
    return HttpResponseRedirect(static("img/icon.svg"))
