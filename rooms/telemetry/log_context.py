"""Lazy log context: resolved when a record is written, so the hot path pays nothing.

All sockets share one thread, but each runs in a task and so in a context of its own, in which it binds itself once.
Rooms' timers fire in a context of the room.
"""

from collections.abc import Mapping, MutableMapping
from contextvars import Context, ContextVar
from typing import Any, Protocol

SESSION_DIGITS = 12
LOGGED_KEY_DIGITS = 12


class LogSubject(Protocol):
    """What log records are about: a socket or a room. Its context refers to it; avoid a reference back (a cycle)."""

    def log_fields(self) -> Mapping[str, object]:
        """Fields for a record: ``room``, and for a socket ``actor`` and ``session``; nothing secret."""


class RoomSubject:
    """A room as the subject of log records."""

    __slots__ = ("_code",)

    def __init__(self, code: str) -> None:
        self._code = code

    def log_fields(self) -> Mapping[str, object]:
        """Fields for a record."""
        return {"room": self._code}


_subject: ContextVar[LogSubject | None] = ContextVar("subject", default=None)


def bind_log_subject(subject: LogSubject) -> None:
    """Make ``subject`` the subject of log records in this context."""
    _subject.set(subject)


def log_context_for(subject: LogSubject) -> Context:
    """A context with ``subject``, for a callback that would else run in the context of the code that schedules it."""
    context = Context()
    context.run(bind_log_subject, subject)
    return context


def add_log_fields(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor that adds the fields of the context's subject."""
    subject = _subject.get()
    if subject is not None:
        event.update(subject.log_fields())
    return event
