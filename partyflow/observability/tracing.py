"""Spans to an OpenTelemetry collector, if OTEL_EXPORTER_OTLP_ENDPOINT names one: requests, handshakes, work on Redis.

OpenTelemetry is imported only then; `requirements-observability.txt` has it. It reads its other variables,
``OTEL_EXPORTER_OTLP_HEADERS`` for one, by itself. Spans leave the process from a thread of their own.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from partyflow import __version__
from rooms.telemetry import spans


def start(*, worker: str, environment: str) -> None:
    """Collect and export from now on, until the process ends."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    about_us = {
        "service.name": "partyflow",
        "service.version": __version__,
        "service.instance.id": worker,
        "deployment.environment.name": environment,
    }
    provider = TracerProvider(resource=Resource.create(about_us))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("partyflow", __version__)

    def begin(name: str, attributes: Mapping[str, str | int]) -> AbstractContextManager[object]:
        # What goes wrong is told by the log, which knows what may be told.
        return tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=True
        )

    spans.set_span_factory(begin)
