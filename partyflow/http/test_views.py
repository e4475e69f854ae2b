import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from partyflow.urls import urlpatterns as site_routes


def broken(request: HttpRequest) -> HttpResponse:
    secret = "Zb3kqV9sT0"
    raise RuntimeError(f"on purpose, {len(secret)}")


urlpatterns = [path("broken/", broken), *site_routes]


@pytest.fixture(params=[True, False], ids=["debug", "production"])
def debug(request: pytest.FixtureRequest, settings: object) -> bool:
    settings.DEBUG = request.param  # type: ignore[attr-defined]
    return bool(request.param)


@pytest.mark.usefixtures("debug")
@pytest.mark.parametrize("address", ["/no/such/page", "/no-such-page/", "/wp-login.php"])
def test_an_unknown_address_gets_our_own_page(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.templates[0].name == "404.html"
    assert b"urlpatterns" not in answer.content
    assert "script-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.usefixtures("debug")
def test_a_missing_slash_is_added(client: Client) -> None:
    answer = client.get("/stage/ABC234?full=1")
    assert answer.status_code == 301
    assert answer["Location"] == "/stage/ABC234/?full=1"


@pytest.mark.usefixtures("debug")
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "192.168.1.7", ""])
@override_settings(ROOT_URLCONF=__name__)
def test_nobody_gets_a_traceback(client: Client, accept: str, address: str) -> None:
    client.raise_request_exception = False
    answer = client.get("/broken/", REMOTE_ADDR=address, headers={"Accept": accept})
    assert answer.status_code == 500
    assert b"on purpose" not in answer.content
    assert b"Zb3kqV9sT0" not in answer.content
    assert b"REDIS_URL" not in answer.content
    assert answer.content


def test_browsers_find_an_icon_where_they_look_for_one(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/img/icon.svg")
