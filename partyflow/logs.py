"""Logging through structlog: lines for people in development, JSON in production, and no secret in either."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_NAMES = re.compile(r"secret|session|password|token|cookie|authorization", re.IGNORECASE)
_HARMLESS = (bool, int, float, type(None))
_SECRET_TEXTS = re.compile(
    r"""(?ix)
    (?P<seat> /seat/ ) [^\s/?"']+                                         # a one-time link
    | (?P<pair> (?: session_?id | sessionid | secret | password | token | pf_host_\w+ ) ["']? \s* [:=] \s* ["']? )
      [^\s"',;&}]+
    | (?P<url> \w+://[^\s/@:]* ) :[^\s/@]+@                               # a password in an address
    """
)


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: what has a secret's name, or reads like one in a text, is replaced by an ellipsis."""
    for name, value in event.items():
        if name != "event" and _SECRET_NAMES.search(name) and value is not None:
            event[name] = "…"
        elif not name.startswith("_") and not isinstance(value, _HARMLESS):
            # A request, for one, writes its path into the log only when it is printed.
            event[name] = without_secrets(value if isinstance(value, str) else repr(value))
    return event


def without_secrets(text: str) -> str:
    """`text` with the values of sessions, passwords, tokens, cookies and one-time links taken out."""
    return _SECRET_TEXTS.sub(
        lambda found: f"{found['url']}:…@" if found["url"] else f"{found['seat'] or found['pair']}…", text
    )


def shorten_refusals(record: logging.LogRecord) -> bool:
    """A logging filter: a request that Django refused, such as one for a foreign host, needs no traceback."""
    if record.name.startswith("django.security"):
        record.exc_info = record.exc_text = None
    return True


def logging_configuration(*, is_readable: bool, level: int) -> dict[str, Any]:
    """A `dictConfig` for everything that logs, and structlog set up to match.

    Coloured lines if `is_readable`, else one JSON object a line.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if is_readable else "iso", utc=not is_readable),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hide_secrets,
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
    renderer: Any = structlog.dev.ConsoleRenderer(colors=False) if is_readable else structlog.processors.JSONRenderer()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "filters": {"short": {"()": lambda: shorten_refusals}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structlog", "filters": ["short"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would say everything twice.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
