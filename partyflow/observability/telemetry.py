"""Starts error reports and tracing, if their variables are set."""

from importlib.util import find_spec

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from partyflow.observability import sentry, tracing

EXTRAS = "requirements-observability.txt"
PACKAGES = {"SENTRY_DSN": "sentry_sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry.exporter.otlp.proto.http"}
"""The package that each variable needs."""


def start() -> None:
    """Start what is configured. Raises ImproperlyConfigured, with what to do in one line."""
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
    """Whether a package or subpackage can be imported."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
