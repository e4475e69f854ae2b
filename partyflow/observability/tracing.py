"""Spans of requests, handshakes and Redis operations to an OpenTelemetry collector (`OTEL_EXPORTER_OTLP_ENDPOINT`).

OpenTelemetry is imported on `start` only; `requirements-observability.txt` has it. It reads its other variables, such
as ``OTEL_EXPORTER_OTLP_HEADERS``, and exports from a thread.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from partyflow import __version__
from rooms.telemetry import spans


def start(*, worker: str, environment: str) -> None:
    """Collect and export spans until the process ends."""
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
        # Exceptions are left to the log, which redacts secrets.
        return tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=True
        )

    spans.set_span_factory(begin)
