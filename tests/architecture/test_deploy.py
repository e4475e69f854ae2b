"""The files for a deployment are well formed and agree with one another and with the settings."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import crossplane
import pytest
import yaml

from bench.launcher import ROOT
from bench.nginx import Nginx
from partyflow.server.websocket import MAX_SILENCE_S
from rooms.protocol.limits import HANDSHAKE_TIMEOUT_MS
from tests.support.certificate import make_certificate

DIGESTS_ARE_NOT_PINNED, PORTS_ARE_PUBLIC = "CL-0019", "CL-0005"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


@pytest.fixture(scope="module")
def nginx() -> list[dict[str, Any]]:
    # Not strict: it would take the lines of a map for directives. nginx itself is strict enough, below.
    parsed = crossplane.parse(str(ROOT / "deploy" / "nginx.conf"), single=True)
    assert parsed["status"] == "ok", parsed["errors"]
    http: list[dict[str, Any]] = next(block for block in parsed["config"][0]["parsed"] if block["directive"] == "http")[
        "block"
    ]
    return http


def directives(block: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """All directives of this name, however deep."""
    found = [entry for entry in block if entry["directive"] == name]
    return found + [inner for entry in block for inner in directives(entry.get("block", []), name)]


def workers(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in compose["services"].items() if name.startswith("worker")}


def test_every_worker_has_a_name_of_its_own_and_nginx_knows_it(
    compose: dict[str, Any], nginx: list[dict[str, Any]]
) -> None:
    names = workers(compose)
    assert len(names) >= 2
    assert [service["environment"]["WORKER_ID"] for service in names.values()] == list(names)
    for upstream in directives(nginx, "upstream"):
        servers = [server["args"][0] for server in directives(upstream["block"], "server")]
        assert servers == [f"{name}:8000" for name in names]


def test_a_rooms_sockets_go_to_the_same_worker(nginx: list[dict[str, Any]]) -> None:
    (sockets,) = [found for found in directives(nginx, "upstream") if found["args"] == ["sockets"]]
    assert [entry["args"] for entry in directives(sockets["block"], "hash")] == [["$arg_roomId", "consistent"]]
    (location,) = [found for found in directives(nginx, "location") if found["args"] == ["=", "/ws/"]]
    assert [entry["args"] for entry in directives(location["block"], "proxy_pass")] == [["http://sockets"]]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nginx_takes_the_file(tmp_path: Path, scheme: str) -> None:
    certificates = tmp_path / "certs"
    make_certificate(certificates)
    workers = {"w1": 8001, "w2": 8002, "w3": 8003}
    said = Nginx(tmp_path, workers, tmp_path / "static", certificates if scheme == "https" else None).check()
    assert "test is successful" in said
    assert "[warn]" not in said


def test_a_worker_that_is_gone_is_passed_over_at_once(nginx: list[dict[str, Any]]) -> None:
    """And one that hangs before a phone gives up; but a worker that starts again is asked again."""
    (location,) = [found for found in directives(nginx, "location") if found["args"] == ["=", "/ws/"]]
    assert seconds(location["block"], "proxy_read_timeout") * 1000 < HANDSHAKE_TIMEOUT_MS
    assert seconds(location["block"], "proxy_read_timeout") >= 2 * MAX_SILENCE_S
    assert seconds(nginx, "proxy_connect_timeout") < 3
    assert [entry["args"] for entry in directives(nginx, "proxy_next_upstream")] == [["error", "timeout"]]
    accounts = {
        (upstream["args"][0], *server["args"][1:])
        for upstream in directives(nginx, "upstream")
        for server in directives(upstream["block"], "server")
    }
    assert accounts == {("sockets", "max_fails=0"), ("pages", "max_fails=3", "fail_timeout=1s")}


def seconds(block: list[dict[str, Any]], name: str) -> int:
    (value,) = [entry["args"][0] for entry in block if entry["directive"] == name]
    return int(value.removesuffix("s"))


def test_static_files_need_no_worker_and_are_kept_for_ever(nginx: list[dict[str, Any]]) -> None:
    (location,) = [found for found in directives(nginx, "location") if found["args"] == ["/static/"]]
    assert not directives(location["block"], "proxy_pass")
    assert ["on"] in [entry["args"] for entry in directives(location["block"], "gzip_static")]
    (lifetimes,) = [found for found in directives(nginx, "map") if found["args"] == ["$uri", "$kept_for"]]
    patterns = {entry["directive"]: entry["args"][0] for entry in lifetimes["block"]}
    (hashed,) = [pattern for pattern in patterns if pattern.startswith("~")]
    assert "immutable" in patterns[hashed]
    assert "immutable" not in patterns["default"]
    assert re.search(hashed[1:], "/static/js/room.0123456789ab.js")
    assert not re.search(hashed[1:], "/static/js/room.js")


def test_slow_clients_and_greedy_addresses_have_limits(nginx: list[dict[str, Any]]) -> None:
    assert seconds(nginx, "client_header_timeout") <= 10
    assert seconds(nginx, "client_body_timeout") <= 10
    ((_, limit),) = [entry["args"] for entry in directives(nginx, "limit_conn")]
    assert int(limit) >= 200, "a household must never meet it"


def test_what_a_client_says_of_itself_is_overwritten_everywhere(nginx: list[dict[str, Any]]) -> None:
    blocks = [nginx] + [found["block"] for found in directives(nginx, "location")]
    setting = [headers for block in blocks if (headers := own_headers(block))]
    assert len(setting) == 2
    for headers in setting:
        assert headers["X-Forwarded-For"] == "$remote_addr"
        assert headers["X-Forwarded-Proto"] == "$scheme"
        assert headers["Daphne-Root-Path"] == ""


def own_headers(block: list[dict[str, Any]]) -> dict[str, str]:
    return {entry["args"][0]: entry["args"][1] for entry in block if entry["directive"] == "proxy_set_header"}


def test_metrics_stay_inside(nginx: list[dict[str, Any]]) -> None:
    (location,) = [found for found in directives(nginx, "location") if found["args"] == ["=", "/metrics"]]
    assert [entry["args"] for entry in location["block"]] == [["404"]]


def test_a_worker_has_more_time_to_end_than_it_takes(compose: dict[str, Any]) -> None:
    from partyflow.server.server import CANCEL_TIMEOUT_S, DRAIN_TIMEOUT_S, STOP_TIMEOUT_S

    takes = STOP_TIMEOUT_S + 2 * DRAIN_TIMEOUT_S + 2 * CANCEL_TIMEOUT_S
    for service in workers(compose).values():
        assert int(service["stop_grace_period"].removesuffix("s")) > takes


def test_redis_keeps_everything_and_evicts_nothing(compose: dict[str, Any]) -> None:
    command = compose["services"]["valkey"]["command"]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_the_files_of_a_release_reach_nginx_before_its_pages_do(compose: dict[str, Any]) -> None:
    services = compose["services"]
    (served,) = [volume for volume in services["nginx"]["volumes"] if volume.startswith("static:")]
    (filled,) = services["migrate"]["volumes"]
    assert served.endswith(":ro")
    assert f"/srv/static/. {filled.removeprefix('static:')}" in services["migrate"]["command"]
    for service in workers(compose).values():
        assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_every_service_is_confined_and_can_be_asked_how_it_is(compose: dict[str, Any]) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER [1-9]\d*$", dockerfile, re.MULTILINE)
    for name, service in compose["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["mem_limit"], name
        assert service["cpus"], name
        assert "healthcheck" in service or ("build" in service and "HEALTHCHECK" in dockerfile), name
    for name in ("nginx", *workers(compose)):
        assert compose["services"][name]["ulimits"]["nofile"] >= 65536
    assert compose["networks"]["inside"] == {"internal": True}
    assert {name for name, service in compose["services"].items() if "ports" in service} == {"nginx"}


def test_a_linter_for_security_has_nothing_else_to_say() -> None:
    run = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("compose-lint")), "check", "docker-compose.yml"),
            *("--no-env", "--no-merge-overrides", "--format", "json", "--fail-on", "low"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )
    found = [finding for finding in json.loads(run.stdout)["findings"] if not finding["suppressed"]]
    assert {finding["rule_id"] for finding in found} <= {DIGESTS_ARE_NOT_PINNED, PORTS_ARE_PUBLIC}, run.stdout


def test_no_secret_stands_in_the_file(compose: dict[str, Any]) -> None:
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        values = re.findall(rf"^\s*{name}:\s*(.+)$", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE)
        assert values
        assert all(value.startswith("${") for value in values)


def test_a_worker_without_a_server_is_not_ready() -> None:
    run = subprocess.run(
        [sys.executable, "deploy/is_ready.py"], cwd=ROOT, env={"PORT": "1"}, capture_output=True, text=True, timeout=30
    )
    assert run.returncode == 1
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_requirements_are_pinned_and_name_no_registry(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
    assert len(lines) > 2
    for line in lines:
        assert re.fullmatch(r"-r requirements[\w-]*\.txt|[\w.-]+==[\w.]+(; python_full_version < \"[\d.]+\")?", line)
