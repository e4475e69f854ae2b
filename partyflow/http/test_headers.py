"""What every answer tells a browser, whatever kind of answer it is."""

import pytest
from django.test import Client

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}
PAGES = ["/no/such/page", "/admin/login/", "/jsi18n/", "/api/asyncapi.yaml"]
FILES = ["/static/js/socket.js", "/static/css/base.css", "/static/img/icon.svg"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES + FILES)
def test_pages_files_and_errors_are_strict_alike(client: Client, path: str) -> None:
    answer = client.get(path)
    assert {name: answer[name] for name in EVERYWHERE} == EVERYWHERE
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_nobody_frames_a_page_or_brings_a_script_along(client: Client, path: str) -> None:
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy.split("; "), "and nothing beside it"
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_the_token_against_forged_forms_is_kept_from_scripts(client: Client) -> None:
    cookie = client.get("/admin/login/").cookies["csrftoken"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
