"""Settings: ranges, unknown names, and the states that accept changes."""

import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import BadSettings
from gameplay.engine.game import parse_settings
from gameplay.engine.model import Settings
from gameplay.engine.states import RoomState as S
from tests.support.game import SCENES, FakeLibrary, finished, lobby, the

LIBRARY = FakeLibrary(default_animals=9, default_food=9)


def parsed(**values):
    return parse_settings(values, Settings(), LIBRARY)


def test_the_defaults():
    assert parsed() == Settings(
        num_teams=2,
        round_duration_sec=60,
        rounds_per_team=3,
        target_score=None,
        skip_penalty=0,
        word_pack_ids=("default_animals",),
        difficulty="mixed",
        word_holder="host",
        language="en",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("numTeams", 2),
        ("numTeams", 5),
        ("roundDurationSec", 10),
        ("roundDurationSec", 180),
        ("roundsPerTeam", 1),
        ("roundsPerTeam", 10),
        ("targetScore", None),
        ("targetScore", 5),
        ("targetScore", 200),
        ("skipPenalty", 0),
        ("skipPenalty", -1),
        ("difficulty", "easy"),
        ("difficulty", "hard"),
        ("wordHolder", "explainer"),
        ("wordPackIds", ["default_food", "default_animals"]),
    ],
)
def test_values_in_range_are_accepted(name, value):
    settings = parsed(**{name: value})
    taken = getattr(settings, "".join(f"_{part.lower()}" if part.isupper() else part for part in name))
    assert taken == (tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("numTeams", 1),
        ("numTeams", 6),
        ("numTeams", "2"),
        ("numTeams", 2.5),
        ("numTeams", True),
        ("numTeams", None),
        ("roundDurationSec", 9),
        ("roundDurationSec", 181),
        ("roundsPerTeam", 0),
        ("roundsPerTeam", 11),
        ("targetScore", 4),
        ("targetScore", 201),
        ("targetScore", 0),
        ("skipPenalty", -2),
        ("skipPenalty", 1),
        ("difficulty", "impossible"),
        ("wordHolder", "stage"),
        ("wordPackIds", []),
        ("wordPackIds", "default_food"),
        ("wordPackIds", ["no such pack"]),
        ("wordPackIds", ["default_food", "no such pack"]),
        ("wordPackIds", ["default_food"] * 51),
        ("wordPackIds", [7]),
        ("language", "x"),
        ("language", "xx"),
        ("num_teams", 3),
        ("rounds", 3),
        ("", 1),
    ],
)
def test_values_out_of_range_and_unknown_names_are_refused(name, value):
    with pytest.raises(BadSettings) as refusal:
        parsed(**{name: value})
    assert refusal.value.code == "INVALID_SETTINGS"


def test_packs_without_a_word_of_the_difficulty_are_refused():
    with pytest.raises(BadSettings):
        parse_settings({"difficulty": "hard"}, Settings(), FakeLibrary(default_animals=2))


def test_one_invalid_setting_rejects_all():
    game = lobby()
    before = game.saved()
    with pytest.raises(BadSettings):
        game.give("Alice", c.UpdateSettings(settings={"roundsPerTeam": 5, "numTeams": 9}))
    assert game.saved() == before


def test_other_settings_are_kept():
    game = lobby(roundDurationSec=30)
    said = game.give("Alice", c.UpdateSettings(settings={"roundsPerTeam": 5}))
    settings = the(said, events.SettingsUpdated).settings
    assert (settings.rounds_per_team, settings.round_duration_sec) == (5, 30)


def test_the_same_settings_again_change_nothing():
    game = lobby()
    before = game.saved()
    assert game.give("Alice", c.UpdateSettings(settings={"numTeams": 2, "targetScore": None})) == []
    assert game.give("Alice", c.UpdateSettings(settings={})) == []
    assert game.saved() == before


def test_a_change_counts_as_a_new_version():
    game = lobby()
    before = game.room.state_version
    game.give("Alice", c.UpdateSettings(settings={"roundsPerTeam": 5}))
    assert game.room.state_version == before + 1


@pytest.mark.parametrize("state", [S.ROOM_CREATED, S.LOBBY, S.TEAM_SETUP, S.READY_TO_START, S.FINAL_RESULTS])
def test_rules_change_between_games_in_every_state(state):
    game = SCENES[state]()
    game.give("Alice", c.UpdateSettings(settings={"roundDurationSec": 10}))
    assert (game.state, game.room.settings.round_duration_sec) == (state, 10)


def test_another_number_of_teams_for_the_rematch_makes_new_teams():
    game = finished()
    game.give("Alice", c.UpdateSettings(settings={"numTeams": 4}))
    assert len(game.room.teams) == 2, "the results stay on the screen"
    game.rematch()
    assert (game.state, game.team_names()) == (S.TEAM_SETUP, [[], [], [], []])


def test_a_game_is_played_by_its_settings():
    game = lobby(roundDurationSec=10, wordPackIds=["default_food"])
    game.set_up()
    game.seat_everybody()
    game.start()
    said = the(game.pass_until(S.ROUND_ACTIVE), events.RoundStarted)
    assert (said.round_duration_sec, said.word_pack_id) == (10, "default_food")
    assert game.word.startswith("default_food")
