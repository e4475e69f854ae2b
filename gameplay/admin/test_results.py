"""Results in the admin: reading, filtering, exporting, no changes."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gameplay.models import GameResult

RESULTS = "/admin/gameplay/gameresult/"
STARTED = datetime(2025, 6, 7, 20, 15, tzinfo=UTC)


def make_result(**fields: Any) -> GameResult:
    team = {"id": "team_1", "name": "Red", "color": "#c00", "score": 12, "rank": 1, "players": ["Bob", "Carol"]}
    other = {"id": "team_2", "name": "Blue", "color": "#00c", "score": -1, "rank": 2, "players": ["Dave"]}
    played = {"roundNumber": 1, "teamId": "team_1", "explainer": "Bob", "points": 12, "wordsGuessed": 12}
    known: dict[str, Any] = {
        "room_code": "ABC234",
        "room_created_at": STARTED,
        "game_number": 1,
        "host_name": "Alice",
        "started_at": STARTED,
        "ended_at": STARTED + timedelta(seconds=754),
        "duration_s": 754,
        "winner": "Red",
        "mvp": "Bob",
        "words_guessed": 12,
        "words_skipped": 1,
        "teams": [team, other],
        "rounds": [{**played, "wordsSkipped": 1}],
        "settings": {"numTeams": 2, "language": "en"},
    }
    return GameResult.objects.create(**{**known, **fields})


def test_a_result_can_be_read_but_neither_made_nor_changed(admin_client: Client, db: None) -> None:
    result = make_result()
    listed = admin_client.get(RESULTS).content.decode()
    assert "<bdi>Red</bdi> 12, <bdi>Blue</bdi> -1" in listed
    assert "12:34" in listed
    page = admin_client.get(f"{RESULTS}{result.pk}/change/").content.decode()
    for text in (
        "1. <bdi>Red</bdi>: 12 (<bdi>Bob</bdi>, <bdi>Carol</bdi>)", "2. <bdi>Blue</bdi>: -1 (<bdi>Dave</bdi>)",
        "1. <bdi>Red</bdi>, <bdi>Bob</bdi>: 12", "numTeams: 2", result.public_id,
    ):  # fmt: skip
        assert text in page
    assert 'name="_save"' not in page
    assert admin_client.get(f"{RESULTS}add/").status_code == 403
    assert admin_client.post(f"{RESULTS}{result.pk}/change/", {"host_name": "Mallory"}).status_code == 403
    result.refresh_from_db()
    assert result.host_name == "Alice"


def test_names_from_the_game_are_shown_as_text(admin_client: Client, db: None) -> None:
    evil = "<img src=x onerror=alert(1)>"
    team = {"id": "team_1", "name": evil, "color": "#c00", "score": 1, "rank": 1, "players": [evil]}
    result = make_result(host_name=evil, winner=evil, mvp=evil, teams=[team])
    for address in (RESULTS, f"{RESULTS}{result.pk}/change/"):
        page = admin_client.get(address).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_superusers_see_whose_game_it_was(admin_client: Client, db: None) -> None:
    make_result(creator=User.objects.create(username="hannah"))
    make_result(room_code="XYZ789")
    page = admin_client.get(RESULTS).content.decode()
    assert 'class="field-creator nowrap">hannah<' in page
    with_account = admin_client.get(f"{RESULTS}?creator__isempty=0").content.decode()
    assert ("ABC234" in with_account, "XYZ789" in with_account) == (True, False)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("winner__isempty=1", ["XYZ789"]),
        ("winner__isempty=0", ["ABC234"]),
        ("game_number=2", ["XYZ789"]),
        ("started_at__year=2024", ["XYZ789"]),
        ("q=abc2", ["ABC234"]),
        ("q=zoe", ["XYZ789"]),
    ],
)
def test_results_are_found(query: str, found: list[str], admin_client: Client, db: None) -> None:
    make_result()
    make_result(room_code="XYZ789", game_number=2, winner="", host_name="Zoe", started_at=STARTED - timedelta(days=365))
    page = admin_client.get(f"{RESULTS}?{query}").content.decode()
    assert [code for code in ("ABC234", "XYZ789") if f">{code}</" in page] == found


def test_results_are_exported_without_formulas(admin_client: Client, db: None) -> None:
    make_result(host_name="=cmd|' /C calc'!A0", winner="@Red", mvp="-Bob")
    response = admin_client.post(f"{RESULTS}export/", {"format": "0", "resource": "0"})
    [row] = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row["host_name"] == "'=cmd|' /C calc'!A0"
    assert (row["winner"], row["mvp"]) == ("'@Red", "'-Bob")
    assert row["teams"] == "Red 12 (Bob, Carol); Blue -1 (Dave)"
    assert (row["room_code"], row["duration_s"], row["words_guessed"]) == ("ABC234", "754", "12")
    assert {"rounds", "settings", "id"} & set(row) == set()
