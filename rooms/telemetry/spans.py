"""Tracing hooks; no-op unless configured.

For slow work only. Messages of the game are measured by `rooms.telemetry.counters`, which is cheaper.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

SpanFactory = Callable[[str, Mapping[str, str | int]], AbstractContextManager[object]]

_NOTHING = nullcontext()
_span_factory: SpanFactory | None = None


def set_span_factory(factory: SpanFactory | None) -> None:
    """Open spans with ``factory(name, attributes)`` from now on; with None, no spans."""
    global _span_factory
    _span_factory = factory


def span(name: str, **attributes: str | int) -> AbstractContextManager[object]:
    """A span around a ``with`` block, the parent of spans in it. Attributes must not hold what guests typed."""
    return _NOTHING if _span_factory is None else _span_factory(name, attributes)
