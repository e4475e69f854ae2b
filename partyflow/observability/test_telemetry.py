"""What leaves the process for others: nothing by itself, and never a secret."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from partyflow.observability import sentry, telemetry, tracing
from rooms.telemetry import spans
from rooms.telemetry.log_context import log_context_for
from rooms.telemetry.spans import span

DSN = "http://key@127.0.0.1:9/1"
SECRET = "Zb3kqV9sT0"


class Kept(Transport):
    """Keeps what would be sent."""

    sent: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        event = envelope.get_event()
        if event is not None:
            Kept.sent.append(dict(event))


@pytest.fixture
def reported() -> Iterator[list[dict[str, Any]]]:
    """The events that Sentry would have got."""
    Kept.sent = []
    sentry.start(DSN, worker="worker-1", environment="production", transport=Kept)
    yield Kept.sent
    sentry_sdk.get_client().close()
    sentry_sdk.init()


class Socket:
    """Somebody in a room."""

    def log_fields(self) -> dict[str, object]:
        return {"room": "ABC234", "actor": "player_1", "session": "0a1b2c3d4e5f"}


def test_an_error_is_reported_with_whom_it_is_about(reported: list[dict[str, Any]]) -> None:
    log_context_for(Socket()).run(logging.getLogger("rooms").error, "Room %s: timer failed", "ABC234")
    (event,) = reported
    assert event["logentry"]["formatted"] == "Room ABC234: timer failed"
    assert event["tags"] == {"room": "ABC234", "actor": "player_1", "session": "0a1b2c3d4e5f"}
    assert (event["server_name"], event["environment"]) == ("worker-1", "production")
    assert event["release"].startswith("partyflow@")


def test_what_is_no_error_is_not_reported(reported: list[dict[str, Any]]) -> None:
    logging.getLogger("rooms").warning("Redis is away")
    assert not reported


def test_no_secret_is_reported_whatever_way_it_comes(reported: list[dict[str, Any]]) -> None:
    logger = logging.getLogger("rooms")
    logger.info("Request /ABC234/seat/%s", SECRET, extra={"session_id": SECRET})
    local = SECRET
    try:
        raise RuntimeError(f"sessionId={local} was refused")
    except RuntimeError:
        logger.exception("password: %s", SECRET, extra={"cookie": SECRET, "deep": {"list": [f"token={SECRET}"]}})
    (event,) = reported
    assert SECRET not in json.dumps(event, default=str)
    assert "was refused" in json.dumps(event, default=str)
    assert not {"request", "user", "modules"} & event.keys()
    assert "vars" not in json.dumps(event, default=str), "no local variable of any frame"


def test_an_address_that_is_none_is_refused_in_one_line() -> None:
    with pytest.raises(ImproperlyConfigured, match="SENTRY_DSN"):
        sentry.start("nonsense", worker="worker-1", environment="production")


@pytest.mark.parametrize("variable", telemetry.PACKAGES)
def test_a_missing_package_is_refused_in_one_line(
    variable: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    setattr(settings, variable, "http://127.0.0.1:9")
    monkeypatch.setitem(telemetry.PACKAGES, variable, "no_such_package.inside")
    with pytest.raises(ImproperlyConfigured, match=rf"^{variable} is set.* requirements-observability\.txt$"):
        telemetry.start()


def test_nothing_is_started_that_was_not_asked_for(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SENTRY_DSN = settings.OTEL_EXPORTER_OTLP_ENDPOINT = ""
    monkeypatch.setattr(sentry, "start", None)
    monkeypatch.setattr(tracing, "start", None)
    telemetry.start()
    with span("unseen", rooms=1), span("unseen too"):
        assert spans._span_factory is None
