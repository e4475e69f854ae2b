"""What the site is like with DEBUG off: checked by Django, strict to browsers, and behind a proxy."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from bench.launcher import FOREIGN_VARIABLES, ROOT
from tests.support.site import Site

PRODUCTION = {
    "DEBUG": "off",
    "SECRET_KEY": "kq3v9T0sYb7mXw2LfHj8ZrPc5NdUa1GeVi4QoB6tSxKyWzEhRl-_",
    "ALLOWED_HOSTS": "play.example,127.0.0.1",
    "PUBLIC_URL": "https://play.example",
}
FROM_PROXY = {"Host": "play.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STATIC_REFERENCE = re.compile(r"""(?:from|import)\s*\(?\s*["']([^"']+)["']""")


def test_djangos_own_deployment_check_has_nothing_to_say(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    run = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "manage.py", "check", "--deploy", "--fail-level", "DEBUG"],
        cwd=ROOT,
        env=environment | PRODUCTION | {"VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout + run.stderr


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("static")
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": "partyflow.http.static_storage.HashedStaticStorage"}}
    with override_settings(STATIC_ROOT=root, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def test_every_module_asks_for_its_neighbours_by_their_hashed_names(collected: Path) -> None:
    hashed = [path for path in (collected / "js").rglob("*.js") if re.search(r"\.[0-9a-f]{12}\.js$", path.name)]
    assert len(hashed) > 5
    for path in hashed:
        for reference in STATIC_REFERENCE.findall(COMMENT.sub("", path.read_text())):
            if reference.startswith("."):
                assert re.search(r"\.[0-9a-f]{12}\.js$", reference), f"{path.name} imports {reference}"
                assert (path.parent / reference).resolve().exists(), f"{path.name} imports {reference}"


async def test_pages_are_strict_to_browsers_and_files_are_kept_for_ever(build_site: Callable[..., Site]) -> None:
    site = build_site(PRODUCTION)
    site.start()

    page = await site.request("GET", "/", headers=FROM_PROXY)
    assert page.status == 200
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["strict-transport-security"].startswith("max-age=31536000")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in page.headers["permissions-policy"]

    token = page.cookies["__Host-csrftoken"]
    headers = {
        **FROM_PROXY,
        "Origin": "https://play.example",
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"__Host-csrftoken={token}",
    }
    form = {
        "csrfmiddlewaretoken": re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', page.body.decode())[0],
        "language": "en", "num_teams": "2", "round_duration_sec": "60", "rounds_per_team": "3", "word_holder": "host",
        "word_pack_ids": "default_animals",
    }  # fmt: skip
    made = await site.request("POST", "/rooms/", urlencode(form).encode(), headers)
    assert made.status == 302, made.body[:500]
    code = made.headers["location"].split("/")[2]
    cookie = made.headers["set-cookie"]
    assert cookie.startswith(f"__Host-pf_host_{code}=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    own = {**FROM_PROXY, "Cookie": f"__Host-pf_host_{code}={made.cookies[f'__Host-pf_host_{code}']}"}
    assert (await site.request("GET", f"/host/{code}/", headers=own)).status == 200
    slipped_in = {**FROM_PROXY, "Cookie": f"pf_host_{code}={made.cookies[f'__Host-pf_host_{code}']}"}
    assert (await site.request("GET", f"/host/{code}/", headers=slipped_in)).status == 403

    scripts = re.findall(rb'<script[^>]* src="(/static/js/[^"]+)"', page.body)
    assert scripts
    script = await site.request("GET", scripts[0].decode(), headers=FROM_PROXY)
    assert script.status == 200
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["cross-origin-resource-policy"] == "same-origin"

    unknown = await site.request("GET", "/no/such/page", headers=FROM_PROXY)
    assert unknown.status == 404
    assert unknown.headers["content-security-policy"] == policy

    plain = await site.request("GET", "/", headers={"Host": "play.example"})
    assert (plain.status, plain.headers["location"]) == (301, "https://play.example/")
    foreign = await site.request("GET", "/", headers={**FROM_PROXY, "Host": "evil.example"})
    assert foreign.status == 400
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = await site.request("GET", path, headers={"Host": "worker1:8000"})
        assert answer.status == 200, f"{path} is asked by machines, which know a worker by any name"

    assert site.stop() == 0
    assert "Traceback" not in site.log()
    assert PRODUCTION["SECRET_KEY"] not in site.log()
    assert all(line.startswith("{") for line in site.log().splitlines() if "Not Found" in line)
