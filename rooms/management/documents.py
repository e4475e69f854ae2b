"""Generated documents: the functions that render them, by path."""

from rooms.protocol.reference import DOCUMENTS as PROTOCOL_DOCUMENTS
from rooms.protocol.reference.tables import code, table
from rooms.telemetry.counters import BOUNDS_S
from rooms.web.prometheus import METRICS

_HEAD = """# Metrics

Made from `rooms/web/prometheus.py` by `manage.py generate_docs`. Each worker answers `GET /metrics` for itself, in
Prometheus' text format. Counters begin at zero when a worker starts. What prometheus-client knows of any process
(`process_…`, `python_…`) is there as well.

"""


def metrics_reference() -> str:
    """``docs/metrics.md``: all metrics."""
    rows = [(code(row.full_name), row.kind, ", ".join(map(code, row.labels)), row.text) for row in METRICS]
    buckets = ", ".join(f"{bound:g}" for bound in BOUNDS_S)
    metrics = table(("metric", "kind", "labels", "tells"), rows)
    return f"{_HEAD}{metrics}\nBuckets of the histograms, in seconds: {buckets}.\n"


DOCUMENTS = {**PROTOCOL_DOCUMENTS, "docs/metrics.md": metrics_reference}
