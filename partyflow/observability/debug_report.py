"""Django's exception reports: none in a browser, and no secret where settings or local variables are shown."""

from collections.abc import ItemsView
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from partyflow.observability.logs import SECRET_NAMES, redact


class NoDebugPage(ExceptionReporter):
    """The error page of production, while DEBUG is on as well: a tunnel's strangers come from this very machine.

    The traceback is in the terminal.
    """

    def get_traceback_html(self) -> SafeString:
        """The page for status 500, or 400 for a suspicious request."""
        return render_to_string("500.html")

    def get_traceback_text(self) -> SafeString:
        """One sentence."""
        return escape(_("Something went wrong here."))


class SecretsFilter(SafeExceptionReporterFilter):
    """Django's filter of settings and local variables, which also masks passwords and sessions within texts."""

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        """``value`` for display: without passwords in URLs, wherever in lists, dictionaries and objects they are."""
        cleansed = super().cleanse_setting(key, value)
        return cleansed if isinstance(cleansed, dict | list | tuple) else _redacted(cleansed)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> ItemsView[str, Any]:
        """The local variables of a frame; everything that is not plain is shown as redacted text."""
        variables = super().get_traceback_frame_variables(request, tb_frame)
        return {name: "…" if SECRET_NAMES.search(name) else _redacted(value) for name, value in variables}.items()


def _redacted(value: Any) -> Any:
    if isinstance(value, bool | int | float | type(None)):
        return value
    try:
        return redact(value if isinstance(value, str) else repr(value))
    except Exception as error:
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
