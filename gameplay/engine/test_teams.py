"""Teams: choosing, assigning, shuffling, cancelling, balance."""

import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import IllegalMove, NameInvalid, NameTaken, TooFewPlayers, UnknownPlayer, UnknownTeam
from gameplay.engine.states import RoomState as S
from gameplay.engine.teams import clean_names
from tests.support.game import CROWD, all_of, lobby, path, teams_ready, the, types


def test_the_teams_of_the_setting_are_made_empty():
    game = lobby(numTeams=3)
    said = game.set_up()
    teams = the(said, events.TeamSetupStarted).teams
    assert [(team.id, team.players, team.score) for team in teams] == [
        ("team_1", (), 0),
        ("team_2", (), 0),
        ("team_3", (), 0),
    ]
    assert path(said) == [S.TEAM_SETUP]
    assert "SETTINGS_UPDATED" not in types(said)


def test_team_names_and_colours_differ():
    game = lobby(*CROWD)
    teams = the(game.set_up(5), events.TeamSetupStarted).teams
    assert len({team.name for team in teams}) == len({team.color for team in teams}) == 5


def test_teams_keep_their_chosen_names_when_their_number_changes():
    game = lobby(*CROWD)
    game.room.team_names = clean_names(["Cats", "", " Dogs "])
    assert [team.name for team in the(game.set_up(3), events.TeamSetupStarted).teams] == ["Cats", "Team Blue", "Dogs"]
    game.give("Alice", c.UpdateSettings(settings={"numTeams": 2}))
    said = game.give("Alice", c.UpdateSettings(settings={"numTeams": 4}))
    names = [team.name for team in the(said, events.TeamSetupStarted).teams]
    assert names == ["Cats", "Team Blue", "Dogs", "Team Gold"]


@pytest.mark.parametrize("wanted", [["x" * 21], ["\u202eABC"], ["A\nB"], ["Cats", "\u2800"]])
def test_team_names_follow_the_rules_for_players_names(wanted):
    with pytest.raises(NameInvalid):
        clean_names(wanted)


@pytest.mark.parametrize("wanted", [["Cats", "cats"], ["Team Blue"], ["", "ＴＥＡＭ RED"], ["", "", "team purple"]])
def test_confusable_team_names_are_refused(wanted):
    with pytest.raises(NameTaken):
        clean_names(wanted)


def test_two_teams_may_change_their_names_with_each_other():
    assert clean_names(["Team Blue", "Team Red"]) == ("Team Blue", "Team Red")


def test_the_number_in_the_command_replaces_the_setting_and_is_announced():
    game = lobby()
    said = game.set_up(4)
    assert len(game.room.teams) == 4
    assert the(said, events.SettingsUpdated).settings.num_teams == 4


def test_fewer_players_than_teams_are_too_few():
    game = lobby("Bob", "Carol")
    before = game.saved()
    with pytest.raises(TooFewPlayers) as refusal:
        game.set_up(3)
    assert refusal.value.code == "NOT_ENOUGH_PLAYERS"
    assert game.saved() == before


def test_one_player_a_team_is_enough():
    game = lobby("Bob", "Carol")
    game.set_up(2)
    game.seat_everybody()
    assert game.state is S.READY_TO_START


def test_starting_the_setup_again_with_another_number_is_refused():
    game = lobby()
    game.set_up(2)
    with pytest.raises(IllegalMove):
        game.set_up(3)


def test_a_player_chooses_a_team():
    game = lobby()
    game.set_up()
    said = game.sit("Bob", 2)
    assigned = the(said, events.PlayerAssignedTeam)
    assert (assigned.player_id, assigned.team_id) == (game.id("Bob"), "team_2")
    assert assigned.teams[1].players == (game.id("Bob"),)
    assert game.state is S.TEAM_SETUP


def test_a_player_changes_the_team():
    game = lobby()
    game.set_up()
    game.sit("Bob", 2)
    game.sit("Bob", 1)
    assert game.team_names() == [["Bob"], []]


def test_choosing_the_own_team_again_changes_nothing():
    game = lobby()
    game.set_up()
    game.sit("Bob", 2)
    before = game.saved()
    assert game.sit("Bob", 2) == []
    assert game.saved() == before


def test_joining_an_unknown_team_is_refused():
    game = lobby()
    game.set_up()
    with pytest.raises(UnknownTeam):
        game.sit("Bob", 3)
    with pytest.raises(UnknownTeam):
        game.assign("Bob", 3)


def test_the_host_seats_a_player():
    game = lobby()
    game.set_up()
    game.assign("Bob", 1)
    assert game.team_names() == [["Bob"], []]


def test_the_host_cannot_seat_somebody_who_is_no_player():
    game = lobby()
    game.set_up()
    for name in ("Alice", "a stranger"):
        with pytest.raises(UnknownPlayer):
            game.assign(name, 1)


# Balance


def test_teams_are_balanced_when_the_last_player_sits_down():
    game = lobby()
    game.set_up()
    for name, team in (("Bob", 1), ("Carol", 2), ("Dave", 1)):
        assert path(game.sit(name, team)) == []
    assert path(game.sit("Erin", 2)) == [S.READY_TO_START]


def test_a_difference_of_one_is_balanced():
    game = lobby("Bob", "Carol", "Dave")
    game.set_up()
    game.seat_everybody()
    assert (game.state, game.team_names()) == (S.READY_TO_START, [["Bob", "Dave"], ["Carol"]])


def test_a_difference_of_two_is_unbalanced():
    game = lobby()
    game.set_up()
    for name, team in (("Bob", 1), ("Carol", 1), ("Dave", 1), ("Erin", 2)):
        game.sit(name, team)
    assert game.state is S.TEAM_SETUP


def test_an_empty_team_is_unbalanced():
    game = lobby("Bob", "Carol", "Dave")
    game.set_up(3)
    for name in ("Bob", "Carol", "Dave"):
        game.sit(name, 1 if name == "Bob" else 2)
    assert game.state is S.TEAM_SETUP
    game.sit("Dave", 3)
    assert game.state is S.READY_TO_START


def test_a_change_that_unbalances_leads_back_to_the_setup():
    game = teams_ready()
    assert path(game.sit("Bob", 2)) == [S.TEAM_SETUP]
    assert path(game.sit("Bob", 1)) == [S.READY_TO_START]


def test_a_newcomer_unbalances_until_seated():
    game = teams_ready()
    assert path(game.join("Frank")) == [S.TEAM_SETUP]
    assert path(game.assign("Frank", 1)) == [S.READY_TO_START]


def test_a_leaver_may_leave_the_teams_balanced():
    game = teams_ready()
    assert path(game.leave("Bob")) == []
    assert game.state is S.READY_TO_START


def test_a_leaver_may_unbalance_the_teams():
    game = teams_ready()
    game.leave("Bob")
    assert path(game.leave("Dave")) == [S.TEAM_SETUP]


def test_a_leaver_may_balance_the_teams():
    game = lobby("Bob", "Carol", "Dave")
    game.set_up()
    game.sit("Bob", 1)
    game.sit("Carol", 2)
    assert path(game.leave("Dave")) == [S.READY_TO_START]


def test_an_absent_player_without_a_team_is_not_waited_for():
    game = lobby("Bob", "Carol", "Dave")
    game.set_up()
    game.sit("Bob", 1)
    game.sit("Carol", 2)
    assert path(game.drop("Dave")) == [S.READY_TO_START]


def test_a_returning_player_without_a_team_is_waited_for():
    game = lobby("Bob", "Carol", "Dave")
    game.set_up()
    game.sit("Bob", 1)
    game.sit("Carol", 2)
    game.drop("Dave")
    assert path(game.come_back("Dave")) == [S.TEAM_SETUP]


def test_an_absent_player_with_a_team_still_counts():
    game = teams_ready()
    assert path(game.drop("Bob", "Dave")) == []
    assert path(game.come_back("Bob", "Dave")) == []
    assert game.state is S.READY_TO_START


def test_a_removal_for_absence_may_unbalance_the_teams():
    game = teams_ready()
    game.drop("Bob", "Dave")
    said = game.pass_s(60)
    assert path(said) == [S.TEAM_SETUP]
    assert game.team_names() == [[], ["Carol", "Erin"]]


# Shuffling


@pytest.mark.parametrize("players", range(2, 11))
@pytest.mark.parametrize("number", range(2, 6))
def test_a_shuffle_deals_everybody_evenly(players, number):
    game = lobby(*CROWD[:players])
    if players < number:
        with pytest.raises(TooFewPlayers):
            game.set_up(number)
        return
    game.set_up(number)
    game.give("Alice", c.ShuffleTeams())
    sizes = [len(names) for names in game.team_names()]
    assert sum(sizes) == players
    assert max(sizes) - min(sizes) <= 1
    assert game.state is S.READY_TO_START


def test_a_shuffle_announces_every_players_team():
    game = lobby()
    game.set_up()
    said = game.give("Alice", c.ShuffleTeams())
    told = {event.player_id: event.team_id for event in all_of(said, events.PlayerAssignedTeam)}
    assert told == {player.id: player.team_id for player in game.room.players}
    assert path(said) == [S.READY_TO_START]


def test_a_second_shuffle_differs_from_the_first():
    game = lobby(*CROWD)
    game.set_up()
    deals = set()
    for _ in range(6):
        game.give("Alice", c.ShuffleTeams())
        deals.add(tuple(map(tuple, game.team_names())))
    assert len(deals) > 1


def test_a_shuffle_that_changes_nothing_is_announced():
    game = lobby("Bob", "Carol")
    game.set_up()
    for _ in range(8):
        said = game.give("Alice", c.ShuffleTeams())
        assert len(all_of(said, events.PlayerAssignedTeam)) == 2
        assert said[-1].state_version == game.room.state_version


def test_two_rooms_shuffle_differently():
    deals = set()
    for seed in range(6):
        game = lobby(*CROWD, seed=seed)
        game.set_up()
        game.give("Alice", c.ShuffleTeams())
        deals.add(tuple(map(tuple, game.team_names())))
    assert len(deals) > 1


def test_a_shuffle_seats_those_who_are_away_as_well():
    game = lobby()
    game.set_up()
    game.drop("Erin")
    game.give("Alice", c.ShuffleTeams())
    assert game.member("Erin").team_id is not None


def test_too_few_players_cannot_be_shuffled():
    game = lobby("Bob", "Carol")
    game.set_up()
    game.leave("Bob")
    before = game.saved()
    with pytest.raises(TooFewPlayers):
        game.give("Alice", c.ShuffleTeams())
    assert game.saved() == before


# Cancelling


@pytest.mark.parametrize("seated", [False, True])
def test_cancelling_leads_back_to_the_lobby_without_teams(seated):
    game = lobby()
    game.set_up()
    if seated:
        game.seat_everybody()
    said = game.give("Alice", c.CancelTeamSetup())
    assert path(said) == [S.LOBBY]
    assert "TEAM_SETUP_CANCELLED" in types(said)
    assert game.room.teams == []
    assert all(player.team_id is None for player in game.room.players)


def test_after_cancelling_teams_can_be_made_again():
    game = teams_ready()
    game.give("Alice", c.CancelTeamSetup())
    game.set_up(4)
    game.seat_everybody()
    assert game.state is S.READY_TO_START


# Another number of teams during the setup


def test_more_teams_come_empty_and_the_others_stay_as_they_are():
    game = teams_ready("Bob", "Carol", "Dave", "Erin", "Frank")
    said = game.give("Alice", c.UpdateSettings(settings={"numTeams": 3}))
    assert game.team_names() == [["Bob", "Dave", "Frank"], ["Carol", "Erin"], []]
    assert path(said) == [S.TEAM_SETUP]
    assert len(the(said, events.TeamSetupStarted).teams) == 3
    assert the(said, events.SettingsUpdated).settings.num_teams == 3


def test_players_of_a_removed_team_lose_it():
    game = lobby(*CROWD[:6])
    game.set_up(3)
    game.seat_everybody()
    game.give("Alice", c.UpdateSettings(settings={"numTeams": 2}))
    assert game.team_names() == [["Bob", "Erin"], ["Carol", "Frank"]]
    assert game.member("Dave").team_id is None
    assert game.state is S.TEAM_SETUP


def test_fewer_teams_may_be_balanced_at_once():
    game = lobby("Bob", "Carol")
    game.set_up(2)
    game.give("Alice", c.UpdateSettings(settings={"numTeams": 3}))
    game.seat_everybody()
    assert game.state is S.TEAM_SETUP
    said = game.give("Alice", c.UpdateSettings(settings={"numTeams": 2}))
    assert path(said) == [S.READY_TO_START]
