"""The files for a deployment are well formed and agree with one another and with the settings."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import crossplane
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


@pytest.fixture(scope="module")
def nginx() -> list[dict[str, Any]]:
    parsed = crossplane.parse(str(ROOT / "deploy" / "nginx.conf"), strict=True)
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
    from partyflow.server import CANCEL_TIMEOUT_S, LEAVE_TIMEOUT_S, STOP_TIMEOUT_S

    takes = STOP_TIMEOUT_S + 2 * LEAVE_TIMEOUT_S + 2 * CANCEL_TIMEOUT_S
    for service in workers(compose).values():
        assert int(service["stop_grace_period"].removesuffix("s")) > takes


def test_redis_keeps_everything_and_evicts_nothing(compose: dict[str, Any]) -> None:
    command = compose["services"]["valkey"]["command"]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


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


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-postgres.txt"])
def test_requirements_are_pinned_and_name_no_registry(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
    assert len(lines) > 2
    for line in lines:
        assert line == "-r requirements.txt" or re.fullmatch(
            r"[\w.-]+==[\w.]+(; python_full_version < \"[\d.]+\")?", line
        )
