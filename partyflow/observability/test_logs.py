import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.test import RequestFactory

from partyflow.observability.logs import logging_configuration, redact


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging_configuration(is_readable=settings.DEBUG, level=logging.INFO, worker=settings.WORKER_ID)


def configured(*, is_readable: bool) -> io.StringIO:
    written = io.StringIO()
    configuration = logging_configuration(is_readable=is_readable, level=logging.INFO, worker="worker-1")
    configuration["handlers"]["stderr"]["stream"] = written
    logging.config.dictConfig(configuration)
    return written


@pytest.mark.usefixtures("restored_logging")
def test_production_logs_one_json_object_a_line() -> None:
    written = configured(is_readable=False)
    logging.getLogger("rooms.live.room").warning("Room %s is full", "ABC234", extra={"players": 10})
    structlog.get_logger("rooms.cluster.registry").info("opened", code="ABC234")
    first, second = map(json.loads, written.getvalue().splitlines())
    assert (first["event"], first["players"]) == ("Room ABC234 is full", 10)
    assert (first["level"], first["logger"]) == ("warning", "rooms.live.room")
    assert (second["event"], second["code"]) == ("opened", "ABC234")


@pytest.mark.usefixtures("restored_logging")
def test_development_logs_lines_for_people() -> None:
    written = configured(is_readable=True)
    logging.getLogger("rooms.live.room").warning("Room %s is full", "ABC234")
    (line,) = written.getvalue().splitlines()
    assert "Room ABC234 is full" in line
    assert "warning" in line


@pytest.mark.usefixtures("restored_logging")
@pytest.mark.parametrize("is_readable", [True, False])
def test_no_secret_is_logged_whatever_way_it_comes(is_readable: bool) -> None:
    written = configured(is_readable=is_readable)
    secret = "Zb3kqV9sT0"
    logger = logging.getLogger("rooms")
    logger.error("Not Found: /ABC234/seat/%s", secret)
    logger.error('{"type":"CONNECT","payload":{"sessionId":"%s","role":"player"}}', secret)
    logger.error("session_id=%s, pf_host_ABC234=%s; x", secret, secret)
    logger.error("Redis does not answer at redis://user:%s@cache.example:6379/0", secret)
    logger.error("asked", extra={"session_id": secret, "host_secret": secret, "Cookie": secret, "password": secret})
    logger.error("Not Found", extra={"request": RequestFactory().get(f"/ABC234/seat/{secret}"), "status_code": 404})
    try:
        raise RuntimeError(f"token={secret}")
    except RuntimeError:
        logger.exception("failed")
    assert secret not in written.getvalue()
    assert "ABC234" in written.getvalue()
    assert "cache.example" in written.getvalue()


@pytest.mark.usefixtures("restored_logging")
def test_a_request_for_a_foreign_host_is_one_line() -> None:
    written = configured(is_readable=True)
    try:
        raise DisallowedHost("Invalid HTTP_HOST header: 'evil.example'.")
    except DisallowedHost as error:
        logging.getLogger("django.security.DisallowedHost").error(str(error), exc_info=True)
    (line,) = written.getvalue().splitlines()
    assert "evil.example" in line


def test_a_text_without_secrets_stays_as_it_is() -> None:
    text = "Room ABC234: the session of player_3 ended at http://192.168.1.7:8000/ABC234 (tokens: none)"
    assert redact(text) == text


@pytest.mark.usefixtures("restored_logging")
@pytest.mark.parametrize("is_readable", [True, False])
def test_no_text_of_a_guest_can_move_the_cursor_or_forge_a_line(is_readable: bool) -> None:
    written = configured(is_readable=is_readable)
    name = "Bob\x1b[2J\x9b31m\r\n08:00:00 [error] All is lost \u202e"
    try:
        raise ValueError(name)
    except ValueError:
        logging.getLogger("rooms").exception("%s came", name, extra={"player": name})
    text = written.getvalue()
    assert not set("\x1b\x9b\r\u202e") & set(text)
    assert "All is lost" in text.splitlines()[0], "what Bob would have as a line of its own stands in the one about him"


@pytest.mark.usefixtures("restored_logging")
def test_every_line_names_the_worker() -> None:
    written = configured(is_readable=False)
    logging.getLogger("rooms").warning("one")
    structlog.get_logger("rooms").warning("two")
    assert [json.loads(line)["worker"] for line in written.getvalue().splitlines()] == ["worker-1", "worker-1"]
