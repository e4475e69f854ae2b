"""How long work beside the messages took, for whoever collects that; nobody does unless the site says so.

Never around a message of the game: that is for `rooms.telemetry.counters`, which costs next to nothing.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

SpanFactory = Callable[[str, Mapping[str, str | int]], AbstractContextManager[object]]

_NOTHING = nullcontext()
_span_factory: SpanFactory | None = None


def set_span_factory(start: SpanFactory | None) -> None:
    """From now on open every span with ``start(name, attributes)``; None: collect none."""
    global _span_factory
    _span_factory = start


def span(name: str, **attributes: str | int) -> AbstractContextManager[object]:
    """Measure what the ``with`` block does; spans in it are part of it. Attributes hold nothing that guests typed."""
    return _NOTHING if _span_factory is None else _span_factory(name, attributes)
