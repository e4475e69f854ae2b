"""Error reports to Sentry (`SENTRY_DSN`): log records of level ERROR, without personal data.

sentry-sdk is imported on `start` only; `requirements-observability.txt` has it.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any, cast

from django.core.exceptions import ImproperlyConfigured

from partyflow import __version__
from partyflow.observability.logs import SECRET_NAMES, redact
from rooms.telemetry.log_context import add_log_fields

_OFF = {"mode": "off"}
NO_PERSONAL_DATA: Any = {
    "user_info": False,
    "cookies": _OFF,
    "http_headers": {"request": _OFF},
    "http_bodies": [],
    "url_query_params": _OFF,
    "database_query_data": False,
    "queues": False,
    # They may contain words or sessions.
    "stack_frame_variables": False,
}
"""sentry-sdk's ``data_collection``, all of it off."""

_DROPPED_FIELDS = ("request", "user", "modules")


def start(dsn: str, *, worker: str, environment: str, **options: Any) -> None:
    """Initialize sentry-sdk; ``options`` are passed on. Raises ImproperlyConfigured if ``dsn`` is invalid."""
    import sentry_sdk
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration
    from sentry_sdk.utils import BadDsn

    try:
        sentry_sdk.init(
            dsn,
            release=f"partyflow@{__version__}",
            environment=environment,
            server_name=worker,
            # Listed, because the default ones report each request and each command to Redis.
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[LoggingIntegration(), ExcepthookIntegration(), DedupeIntegration()],
            before_send=cast(Any, scrub),
            before_breadcrumb=cast(Any, scrub),
            data_collection=NO_PERSONAL_DATA,
            auto_session_tracking=False,
            **options,
        )
    except BadDsn:
        raise ImproperlyConfigured("SENTRY_DSN is no address of a project in Sentry") from None


def scrub(event: MutableMapping[str, Any], _hint: object) -> MutableMapping[str, Any]:
    """An event or breadcrumb without secrets, tagged with the connection or room that it is about."""
    if "event_id" in event:
        for name in _DROPPED_FIELDS:
            event.pop(name, None)
        # A parameter alone cannot be recognized as a secret; in the formatted message it can.
        event.get("logentry", {}).pop("params", None)
        event["tags"] = {**event.get("tags", {}), **add_log_fields(None, "", {})}
    for name, value in event.items():
        event[name] = _scrub(value)
    return event


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {
            name: "…" if SECRET_NAMES.search(str(name)) and name != "session" else _scrub(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_scrub(inner) for inner in value]
    return value
