"""The dashboard and the alerts ask for figures that there are, by labels and values that there are."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml

from gameplay.engine.states import RoomState
from rooms.protocol.catalogue import CLIENT, SERVER
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.telemetry.counters import EXCESS, RECONNECT_OUTCOMES, UNREADABLE
from rooms.web.prometheus import METRICS, NO_ROOM, ROLES

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
JOB = "partyflow"

# What Prometheus and prometheus-client know besides, and what a scrape adds to everything.
FOREIGN: dict[str, set[str]] = {
    "up": set(),
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
    "process_open_fds": set(),
    "process_max_fds": set(),
}
FROM_SCRAPE = {"instance", "job"}
VALUES = {
    "job": {JOB},
    "state": {state.value for state in RoomState},
    "role": {*ROLES, NO_ROOM},
    "type": {*CLIENT, *SERVER, UNREADABLE, EXCESS},
    "code": {*ErrorCode, *(str(int(code)) for code in CloseCode)},
    "outcome": set(RECONNECT_OUTCOMES),
}


def known() -> dict[str, set[str]]:
    """Every name that can be asked for, and its own labels."""
    names = dict(FOREIGN)
    for figure in METRICS:
        endings = ("_bucket", "_count", "_sum") if figure.kind == "histogram" else ("",)
        for ending in endings:
            names[figure.full_name + ending] = {*figure.labels} | ({"le"} if ending == "_bucket" else set())
    return names


def dashboard() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DEPLOY / "grafana" / "partyflow.json").read_text())
    return document


def panels() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


QUESTIONS = {
    **{f"{panel['title']} {t['refId']}": t["expr"] for panel in panels() for t in panel["targets"]},
    **{rule["alert"]: rule["expr"] for rule in alerts()},
}


def parsed(question: str) -> Any:
    """A question as Prometheus would read it, once Grafana has filled in its variables."""
    return promql.parse(question.replace("$__rate_interval", "1m").replace("$instance", ".*"))


def parts(expression: Any) -> Iterator[Any]:
    """An expression and everything in it."""
    yield expression
    for name in ("lhs", "rhs", "expr", "args", "param", "vector_selector"):
        inner = getattr(expression, name, None)
        for part in inner if isinstance(inner, list) else [inner] if inner is not None else []:
            yield from parts(part)


def selectors(expression: Any) -> list[Any]:
    return [part for part in parts(expression) if isinstance(part, promql.VectorSelector)]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_promql_about_figures_that_there_are(name: str) -> None:
    expression = parsed(QUESTIONS[name])
    found, names = selectors(expression), known()
    assert found
    for selector in found:
        assert selector.name in names, f"{selector.name} is told by nobody"
        for matcher in selector.matchers.matchers:
            assert matcher.name in names[selector.name] | FROM_SCRAPE, f"{selector.name} has no label {matcher.name}"
            if matcher.name in VALUES and matcher.value:
                assert matching(matcher) & VALUES[matcher.name], f"{matcher.name} is never {matcher.value}"


def matching(matcher: Any) -> set[str]:
    """Which of the values that the label can have, a matcher means or means to leave out."""
    pattern = matcher.value if matcher.op in (promql.MatchOp.Re, promql.MatchOp.NotRe) else re.escape(matcher.value)
    wanted = {value for value in VALUES[matcher.name] if re.fullmatch(pattern, value)}
    assert len(wanted) >= matcher.value.count("|") + 1, f"a part of {matcher.value} is never met"
    return wanted


@pytest.mark.parametrize("name", QUESTIONS)
def test_counters_are_asked_for_their_rate_and_gauges_are_not(name: str) -> None:
    kinds = {figure.full_name: figure.kind for figure in METRICS}
    expression = parsed(QUESTIONS[name])
    ranged = {part.vector_selector.name for part in parts(expression) if isinstance(part, promql.MatrixSelector)}
    for selector in selectors(expression):
        is_gauge = kinds.get(selector.name) == "gauge" or (selector.name in FOREIGN and "cpu" not in selector.name)
        assert (selector.name in ranged) != is_gauge, selector.name


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_grouped_by_is_a_label_of_what_is_asked(name: str) -> None:
    for part in parts(parsed(QUESTIONS[name])):
        if isinstance(part, promql.AggregateExpr) and part.modifier is not None:
            labels = set.intersection(*(known()[selector.name] for selector in selectors(part)))
            assert set(part.modifier.labels) <= labels | FROM_SCRAPE


def test_every_figure_is_on_the_dashboard() -> None:
    asked = {selector.name for panel in panels() for t in panel["targets"] for selector in selectors(parsed(t["expr"]))}
    missing = [
        figure.full_name for figure in METRICS if not {name for name in asked if name.startswith(figure.full_name)}
    ]
    assert not missing


def test_panels_have_names_and_places_of_their_own() -> None:
    every = dashboard()["panels"]
    assert len({panel["id"] for panel in every}) == len(every)
    assert len({panel["title"] for panel in panels()}) > 20
    taken: set[tuple[int, int]] = set()
    for panel in every:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_the_dashboard_names_no_data_source_of_its_own() -> None:
    sources = re.findall(r'"uid": "([^"]+)"', json.dumps(panels()))
    assert set(sources) == {"${datasource}"}


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"].keys() == {"summary", "incident"}
    guide = (DEPLOY.parent / "docs" / "operations.md").read_text()
    assert f"| {rule['annotations']['incident']} |" in guide


def test_prometheus_asks_every_worker_of_the_deployment() -> None:
    prometheus = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    (job,) = prometheus["scrape_configs"]
    compose = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())
    workers = [f"{name}:8000" for name in compose["services"] if name.startswith("worker")]
    assert job["job_name"] == JOB
    assert job["static_configs"] == [{"targets": workers}]
    assert [(DEPLOY / name).exists() for name in prometheus["rule_files"]] == [True]
