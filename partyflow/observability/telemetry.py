"""What leaves this process for others to watch over: nothing, unless a variable names where to."""

from importlib.util import find_spec

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from partyflow.observability import sentry, tracing

EXTRAS = "requirements-observability.txt"
PACKAGES = {"SENTRY_DSN": "sentry_sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry.exporter.otlp.proto.http"}
"""The variables, and what has to be installed for each."""


def start() -> None:
    """Begin with what is asked for. Raises ImproperlyConfigured, with what to do in one line."""
    environment = "development" if settings.DEBUG else "production"
    if settings.SENTRY_DSN:
        _require_package("SENTRY_DSN")
        sentry.start(settings.SENTRY_DSN, worker=settings.WORKER_ID, environment=environment)
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _require_package("OTEL_EXPORTER_OTLP_ENDPOINT")
        tracing.start(worker=settings.WORKER_ID, environment=environment)


def _require_package(variable: str) -> None:
    if not is_installed(PACKAGES[variable]):
        raise ImproperlyConfigured(
            f"{variable} is set, but what it needs is not installed; run pip install -r {EXTRAS}"
        )


def is_installed(package: str) -> bool:
    """Whether a package, which may be part of another, can be imported."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
