"""What Django's reports show of settings and local variables."""

import sys
from typing import Any

from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from partyflow.config.environment import read_redis_url

PASSWORD = "Zb3kqV9sT0/x@y"
URL = f"redis://user:{PASSWORD}@10.0.0.9:6379/0"


def test_no_setting_shows_a_password_of_a_url(settings: Any) -> None:
    settings.REDIS_URL = settings.CACHE_URL = URL
    settings.CACHES = {**settings.CACHES, "default": {"LOCATION": URL, "OPTIONS": {"hosts": [(URL, 1)]}}}
    settings.ROOMS_REDIS = read_redis_url("REDIS_URL", "redis://user:Zb3kqV9sT0@10.0.0.9:6379/0")
    settings.DEBUG = True
    shown = get_exception_reporter_filter(None).get_safe_settings()
    assert "10.0.0.9" in str(shown["REDIS_URL"])
    assert "Zb3kq" not in str(shown)
    assert "x@y" not in str(shown)
    assert settings.SECRET_KEY not in str(shown)


def test_no_local_variable_shows_a_password_of_a_url(settings: Any) -> None:
    settings.DEBUG = True

    def fail(url: str, password: str) -> None:
        every = {"urls": [url]}
        raise RuntimeError(f"{len(every)}")

    try:
        fail(URL, PASSWORD)
    except RuntimeError:
        reporter = ExceptionReporter(None, *sys.exc_info())
    frames = reporter.get_traceback_frames()
    shown = str([frame["vars"] for frame in frames if frame["function"] == "fail"])
    assert "10.0.0.9" in shown
    assert "Zb3kq" not in shown
    assert "x@y" not in shown


def test_a_variable_that_can_not_be_shown_does_not_keep_the_report_from_being_made(settings: Any) -> None:
    class Unshowable:
        def __repr__(self) -> str:
            raise ValueError("never")

    def fail() -> None:
        odd = Unshowable()
        raise RuntimeError(str(id(odd)))

    try:
        fail()
    except RuntimeError:
        reporter = ExceptionReporter(None, *sys.exc_info())
    assert "ValueError" in str([frame["vars"] for frame in reporter.get_traceback_frames()])
