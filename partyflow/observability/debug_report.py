"""Django's exception report while DEBUG is on, for browsers on this machine only."""

import ipaddress

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.debug import ExceptionReporter


class LocalExceptionReporter(ExceptionReporter):
    """Django's report for local requests; its local variables may contain other people's secrets."""

    def get_traceback_html(self) -> SafeString:
        """The report, or production's error page."""
        return super().get_traceback_html() if is_local(self.request) else render_to_string("500.html")

    def get_traceback_text(self) -> SafeString:
        """The report, or one sentence."""
        return super().get_traceback_text() if is_local(self.request) else escape(_("Something went wrong here."))


def is_local(request: HttpRequest | None) -> bool:
    """Whether a request comes from this machine; None, as in a management command, counts as local."""
    if request is None:
        return True
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
