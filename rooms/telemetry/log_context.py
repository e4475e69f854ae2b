"""Whom a log line is about, found out when the line is written, so that the way of a message pays nothing for it.

All sockets share one thread. But each runs in a task and so in a context of its own, in which it leaves itself once; a
room's alarm goes off in a context of the room's.
"""

from collections.abc import Mapping, MutableMapping
from contextvars import Context, ContextVar
from typing import Any, Protocol

SESSION_DIGITS = 12
LOGGED_KEY_DIGITS = 12


class LogSubject(Protocol):
    """A socket or a room. Its context holds it: what holds the context had better not be the subject itself."""

    def log_fields(self) -> Mapping[str, object]:
        """What to add to a line: ``room``, and for a socket ``actor`` and ``session``; nothing secret."""


class RoomSubject:
    """A room as a subject."""

    __slots__ = ("_code",)

    def __init__(self, code: str) -> None:
        self._code = code

    def log_fields(self) -> Mapping[str, object]:
        """What to add to a line."""
        return {"room": self._code}


_subject: ContextVar[LogSubject | None] = ContextVar("subject", default=None)


def bind_log_subject(subject: LogSubject) -> None:
    """From now on the lines of this context are about ``subject``."""
    _subject.set(subject)


def log_context_for(subject: LogSubject) -> Context:
    """A context whose lines are about ``subject``, for a callback that would else speak for whoever has set it."""
    context = Context()
    context.run(bind_log_subject, subject)
    return context


def add_log_fields(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor."""
    subject = _subject.get()
    if subject is not None:
        event.update(subject.log_fields())
    return event
