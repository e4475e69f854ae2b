"""Secrets, and the cookie that holds the host's."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from rooms.access import sessions


def test_a_secret_cannot_be_guessed() -> None:
    secrets = {sessions.new_session() for _ in range(100)}
    assert len(secrets) == 100
    assert min(map(len, secrets)) >= 32


def test_a_room_stores_a_hash_instead_of_the_secret() -> None:
    secret = sessions.new_session()
    assert secret not in sessions.session_hash(secret)
    assert len(sessions.session_hash(secret)) == 64


def test_a_spectators_id_follows_from_the_secret() -> None:
    secret = sessions.new_spectator_session()
    assert sessions.is_spectator_session(secret)
    assert not sessions.is_spectator_session(sessions.new_session())
    assert sessions.spectator_id(secret) == sessions.spectator_id(secret)
    assert secret not in sessions.spectator_id(secret)


@pytest.mark.parametrize("is_https", [True, False])
def test_the_hosts_cookie_is_out_of_reach_of_scripts(settings: Any, is_https: bool) -> None:
    settings.SESSION_COOKIE_SECURE = is_https
    response = HttpResponse()
    sessions.set_host_cookie(response, "ABC234", "secret")
    cookie = response.cookies["pf_host_ABC234"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["path"]) == ("secret", True, "Lax", "/")
    assert bool(cookie["secure"]) == is_https


def test_the_cookie_is_read_from_a_request_and_from_a_socket() -> None:
    request = RequestFactory().get("/", headers={"cookie": "a=1; pf_host_ABC234=secret"})
    scope = {"headers": [(b"host", b"x"), (b"cookie", b'a=1; bad"; pf_host_ABC234=secret; =')]}
    for source in (request, scope):
        assert sessions.host_secret(source, "ABC234") == "secret"
        assert sessions.host_secret(source, "XYZ789") is None
    assert sessions.host_secret({}, "ABC234") is None
