"""Logging configuration with structlog: readable lines in development, JSON in production, secrets redacted.

Every record has the worker and, if it is about one, the connection or room (`rooms.telemetry.log_context`).
"""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from rooms.telemetry.log_context import add_log_fields

SECRET_NAMES = re.compile(r"secret|session|password|token|cookie|authorization", re.IGNORECASE)
_SAFE_TYPES = (bool, int, float, type(None))
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_MULTILINE_FIELDS = ("exception", "stack")
"""Fields that may contain newlines."""
_SECRET_TEXTS = re.compile(
    r"""(?ix)
    (?P<seat> /seat/ ) [^\s/?"']+                                         # a one-time link
    | (?P<pair> (?: session_?id | sessionid | secret | password | token | pf_host_\w+ ) ["']? \s* [:=] \s* ["']? )
      [^\s"',;&}]+
    | (?P<url> \w+://[^\s/@:"']* ) :[^\s"']+@                             # a password in a URL, with any character
    """
)


def redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: replaces values of secret names, and secrets within texts, by an ellipsis."""
    for name, value in event.items():
        if name != "event" and SECRET_NAMES.search(name) and value is not None:
            event[name] = "…"
        elif not name.startswith("_") and not isinstance(value, _SAFE_TYPES):
            # Objects such as a request become text only when they are rendered.
            event[name] = redact(value if isinstance(value, str) else repr(value))
    return event


def redact(text: str) -> str:
    """``text`` without the values of sessions, passwords, tokens, cookies and one-time links."""
    return _SECRET_TEXTS.sub(
        lambda found: f"{found['url']}:…@" if found["url"] else f"{found['seat'] or found['pair']}…", text
    )


def escape_controls(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor for terminals: escapes control characters, bidirectional marks and newlines."""
    for name, value in event.items():
        if isinstance(value, str):
            lines = value.split("\n") if name in _MULTILINE_FIELDS else [value]
            event[name] = "\n".join(
                _CONTROL_CHARACTERS.sub(lambda found: ascii(found[0])[1:-1], line) for line in lines
            )
    return event


def drop_security_tracebacks(record: logging.LogRecord) -> bool:
    """A logging filter: removes tracebacks of requests that Django refused, such as ones for an unknown host."""
    if record.name.startswith("django.security"):
        record.exc_info = record.exc_text = None
    return True


def logging_configuration(*, is_readable: bool, level: int, worker: str) -> dict[str, Any]:
    """The `dictConfig` of the process; configures structlog as well.

    ``is_readable`` selects lines for people, else each record is one line of JSON.
    """

    def add_worker(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["worker"] = worker
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if is_readable else "iso", utc=not is_readable),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact_event,
        add_log_fields,
        add_worker,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderers: list[Any] = [structlog.processors.JSONRenderer()]
    if is_readable:
        renderers = [escape_controls, structlog.dev.ConsoleRenderer(colors=False)]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
            }
        },
        "filters": {"short": {"()": lambda: drop_security_tracebacks}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structlog", "filters": ["short"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's default handlers would log everything twice.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
