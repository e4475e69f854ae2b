"""Seats that survive an evening: former players, the creator's role, names (docs/spec.md §8.8, §3.5)."""

from copy import copy

import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import Banned, GameError, IllegalMove, NameTaken, NotAllowed, TooFewPlayers, UnknownPlayer
from gameplay.engine.model import MAX_REMEMBERED
from gameplay.engine.states import RoomState as S
from tests.support.game import (
    CAST,
    CROWD,
    SCENES,
    Game,
    all_of,
    in_review,
    in_round,
    lobby,
    path,
    secret_of,
    started,
    teams_ready,
    the,
    types,
)

OPEN = [state for state in SCENES if state not in (S.ROOM_CREATED, S.ROOM_CLOSED)]


def away(game: Game) -> list[str]:
    return [former.name for former in game.room.former_players]


@pytest.mark.parametrize("state", OPEN)
def test_a_seat_that_was_freed_is_given_back_in_every_state(state):
    game = SCENES[state]()
    before = copy(game.member("Dave"))
    said = game.free_seat("Dave")
    assert (before.id, "disconnected") in [(event.player_id, event.reason) for event in all_of(said, events.PlayerLeft)]
    assert "Dave" in away(game)
    said = game.return_to_room("Dave")
    after = game.member("Dave")
    assert (after.id, after.name, after.color, after.team_id) == (before.id, "Dave", before.color, before.team_id)
    assert the(said, events.PlayerJoined).player_id == before.id
    assigned = [event.team_id for event in all_of(said, events.PlayerAssignedTeam) if event.player_id == before.id]
    assert assigned == ([] if before.team_id is None else [before.team_id])
    assert "Dave" not in away(game)


def test_points_and_the_place_in_the_rotation_come_back():
    game = in_round(*CROWD[:6], roundsPerTeam=5)
    game.guess(2)
    assert game.team_names()[0] == ["Bob", "Dave", "Frank"]
    game.pass_until(S.SCORE_REVIEW)
    game.drop("Bob")
    game.pass_until(S.ROUND_ACTIVE)
    game.pass_s(61)
    assert game.team_names()[0] == ["Dave", "Frank"]
    game.return_to_room("Bob")
    assert game.team_names()[0] == ["Bob", "Dave", "Frank"]
    assert game.member("Bob").words_explained == 2
    explained = []
    for _ in range(3):
        while game.round.team_id != "team_1" or game.state is not S.ROUND_ACTIVE:
            game.pass_until(S.SCORE_REVIEW)
            game.pass_until(S.ROUND_ACTIVE)
        explained.append(game.explainer)
        game.pass_until(S.SCORE_REVIEW)
    assert explained == ["Dave", "Frank", "Bob"]


def test_who_returns_plays_at_once_if_little_of_the_clock_was_missed():
    game = in_round()
    game.pass_s(20)
    game.pause()
    game.free_seat("Dave")
    game.return_to_room("Dave")
    assert not game.member("Dave").sitting_out
    game.resume()
    assert game.state is S.ROUND_ACTIVE


def test_who_returns_after_missing_over_thirty_seconds_of_the_clock_sits_out():
    game = in_round(roundDurationSec=120)
    game.free_seat("Dave")
    game.return_to_room("Dave")
    assert game.member("Dave").sitting_out
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_ACTIVE)
    assert not game.member("Dave").sitting_out


def test_a_locked_room_takes_former_players_back():
    game = lobby()
    game.free_seat("Bob")
    game.give("Alice", c.LockRoom())
    game.return_to_room("Bob")
    assert game.member("Bob").seated


def test_those_who_left_were_kicked_or_banned_are_not_remembered():
    game = lobby()
    game.leave("Bob")
    game.kick("Carol")
    game.ban("Dave")
    assert away(game) == []
    for name in ("Bob", "Carol", "Dave"):
        with pytest.raises(UnknownPlayer):
            game.return_to_room(name)


def test_the_host_can_forget_and_ban_a_former_player():
    game = lobby()
    bob, carol = game.id("Bob"), game.id("Carol")
    game.free_seat("Bob", "Carol")
    assert types(game.give("Alice", c.KickPlayer(player_id=bob))) == ["Resync"]
    assert away(game) == ["Carol"]
    game.join("Bob")
    game.give("Alice", c.BanPlayer(player_id=carol))
    assert away(game) == []
    with pytest.raises(Banned):
        game.give("", c.Join(name="Carol", session=secret_of("Carol")))


def test_the_latest_forty_are_remembered():
    game = lobby()
    for number in range(MAX_REMEMBERED + 5):
        game.join(f"Guest {chr(97 + number % 26)}{number}")
        game.free_seat(game.room.players[-1].name)
    assert len(game.room.former_players) == MAX_REMEMBERED
    assert away(game)[-1].endswith("44")


def test_names_of_former_players_are_taken_and_can_be_claimed():
    game = lobby()
    game.free_seat("Bob")
    with pytest.raises(NameTaken) as refusal:
        game.join("bob")
    assert refusal.value.is_claimable
    with pytest.raises(NameTaken) as refusal:
        game.join("carol")
    assert not refusal.value.is_claimable
    game.drop("Carol")
    with pytest.raises(NameTaken) as refusal:
        game.join("carol")
    assert refusal.value.is_claimable
    game.drop("Alice")
    with pytest.raises(NameTaken) as refusal:
        game.join("Alice")
    assert not refusal.value.is_claimable, "the host's seat cannot be claimed"


def test_a_full_room_lets_former_players_look_on_and_seats_them_in_the_order_of_return():
    game = lobby(*CROWD[:9])
    game.free_seat("Bob", "Carol")
    game.join("Xena", "Yves", "Zoe")
    assert len(game.room.players) == 10
    carol = game.return_to_room("Carol")
    game.pass_ms(1)
    bob = game.return_to_room("Bob")
    assert types(carol) == types(bob) == ["Resync"]
    assert not game.member("Carol").seated
    said = game.leave("Zoe")
    assert the(said, events.PlayerJoined).player_name == "Carol"
    assert (game.member("Carol").seated, game.member("Bob").seated) == (True, False)
    game.drop("Bob")
    assert away(game) == ["Bob"]
    assert "Bob" not in [member.name for member in game.room.members.values()]
    game.return_to_room("Bob")
    game.leave("Yves")
    assert game.member("Bob").seated


def test_a_former_player_whose_name_is_taken_returns_under_another_one():
    game = lobby()
    game.free_seat("Bob")
    game.return_to_room("Bob", "Robert")
    assert game.member("Bob").id == "player_001"
    game.free_seat("Bob")
    game.member("Carol").name = "BOB"
    for taken in ("", "Dave"):
        with pytest.raises(NameTaken):
            game.return_to_room("Bob", taken)
    game.return_to_room("Bob", "Robert")
    assert (game.member("Robert").id, away(game)) == ("player_001", [])


def test_with_nobody_connected_no_seat_is_freed_and_the_minute_begins_anew():
    game = lobby()
    game.drop("Alice", *CAST)
    game.pass_s(3600)
    assert len(game.room.players) == 4
    game.come_back("Bob")
    game.pass_s(59)
    game.come_back("Carol")
    assert len(game.room.players) == 4
    said = game.pass_s(1)
    assert sorted(event.player_name for event in all_of(said, events.PlayerLeft)) == ["Dave", "Erin"]


def test_ten_phones_asleep_in_a_pause_come_back_to_their_teams_and_the_next_round_plays():
    game = in_round(*CROWD)
    teams = game.team_names()
    game.pass_s(10)
    game.pause()
    game.free_seat(*CROWD)
    game.pass_s(120)
    assert game.room.players == []
    for name in CROWD:
        game.return_to_room(name)
    assert game.team_names() == teams
    game.pass_until(S.ROUND_ACTIVE)
    assert game.round.team_id == "team_2"


def test_a_shuffle_deals_former_players_last():
    game = teams_ready()
    game.free_seat("Erin")
    said = game.give("Alice", c.ShuffleTeams())
    assert types(said)[-1] == "Resync"
    former = game.room.former_players[0]
    assert former.team_id == "team_2"
    game.return_to_room("Erin")
    assert sorted(map(len, game.team_names())) == [2, 2]


def test_a_team_that_is_gone_is_not_given_back():
    game = teams_ready()
    game.free_seat("Erin")
    game.give("Alice", c.CancelTeamSetup())
    game.return_to_room("Erin")
    assert game.member("Erin").team_id is None


def test_former_players_are_shown_as_away():
    game = teams_ready()
    erin = game.member("Erin")
    game.free_seat("Erin")
    assert [(away.player_id, away.player_name, away.team_id) for away in game.view().away] == [
        (erin.id, "Erin", "team_2")
    ]


def test_former_players_survive_a_restart():
    game = in_round()
    game.free_seat("Dave")
    game.restart_server()
    game.come_back("Alice")
    game.return_to_room("Dave")
    assert game.member("Dave").team_id == "team_1"


def test_a_round_is_not_resumed_with_nobody_connected_in_its_team():
    game = in_round()
    game.pause()
    game.drop("Bob", "Dave")
    with pytest.raises(TooFewPlayers):
        game.resume()
    game.come_back("Dave")
    assert path(game.resume()) == [S.ROUND_ACTIVE]


# Ties


def tied_game() -> Game:
    game = in_round(roundsPerTeam=1)
    game.guess(2)
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_ACTIVE)
    game.guess(2)
    return game


def test_in_a_tie_a_team_without_players_loses():
    game = tied_game()
    game.leave("Bob")
    game.leave("Dave")
    said = game.pass_until(S.FINAL_RESULTS)
    assert the(said, events.GameEnded).winner_team_id == "team_2"
    game.leave("Carol")
    game.leave("Erin")
    assert game.view().final.winner_team_id == "team_2"


def test_in_a_tie_a_team_with_a_former_player_plays_on():
    game = tied_game()
    game.free_seat("Bob", "Dave")
    game.pass_until(S.SCORE_REVIEW, S.ROUND_STARTING)
    game.return_to_room("Bob")
    game.pass_until(S.ROUND_ACTIVE)
    assert game.room.contenders == ["team_1", "team_2"]


def test_a_tie_that_nobody_can_break_is_won_by_the_first_team():
    game = tied_game()
    for name in ("Bob", "Dave", "Carol"):
        game.leave(name)
    said = game.leave("Erin")
    said += game.pass_until(S.FINAL_RESULTS)
    assert the(said, events.GameEnded).winner_team_id == "team_1"
    assert [standing.rank for standing in game.view().leaderboard] == [1, 1]


def test_a_tie_ended_by_the_host_has_no_winner():
    game = tied_game()
    assert the(game.end(), events.GameEnded).winner_team_id is None


def test_a_tie_break_that_has_lost_a_team_before_it_began_is_over():
    game = tied_game()
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_STARTING)
    game.leave("Bob")
    said = game.leave("Dave")
    said += game.pass_until(S.FINAL_RESULTS)
    assert the(said, events.GameEnded).winner_team_id == "team_2"


# The host's role


def without_host(game: Game) -> Game:
    game.drop("Alice")
    game.pass_s(60)
    assert game.host == "Bob"
    return game


@pytest.mark.parametrize("scene", [lobby, teams_ready, started, in_review])
def test_the_creator_takes_the_role_back_with_one_command(scene):
    game = without_host(scene())
    game.come_back("Alice")
    assert (game.member("Alice").seated, game.host) == (True, "Bob")
    said = game.give("Alice", c.ReclaimHost())
    left, changed = the(said, events.PlayerLeft), the(said, events.HostChanged)
    assert (left.player_name, left.reason) == ("Alice", "voluntary")
    assert (changed.host_name, changed.reason) == ("Alice", "reclaimed")
    assert (game.host, game.member("Alice").seated, game.member("Bob").seated) == ("Alice", False, True)


def test_a_running_round_keeps_its_holder_and_the_words_return_with_the_next_countdown():
    game = without_host(in_round(roundDurationSec=180))
    assert game.room.settings.word_holder == "explainer"
    game.come_back("Alice")
    game.give("Bob", c.ResumeGame())
    holder = game.holder
    game.give("Alice", c.ReclaimHost())
    assert (game.holder, game.room.settings.word_holder) == (holder, "explainer")
    game.pass_until(S.SCORE_REVIEW)
    said = game.pass_until(S.ROUND_STARTING)
    assert the(said, events.SettingsUpdated).settings.word_holder == "host"
    game.pass_until(S.ROUND_ACTIVE)
    assert game.holder == "Alice"


def test_words_that_the_new_host_put_on_phones_stay_there():
    game = without_host(lobby())
    game.come_back("Alice")
    game.give("Bob", c.UpdateSettings(settings={"wordHolder": "explainer"}))
    game.give("Alice", c.ReclaimHost())
    game.set_up()
    game.seat_everybody()
    game.start()
    assert game.room.settings.word_holder == "explainer"


def test_nobody_else_takes_the_role():
    game = without_host(lobby())
    for name in ("Carol", "Bob"):
        with pytest.raises(NotAllowed):
            game.give(name, c.ReclaimHost())


def test_a_role_that_was_transferred_is_not_taken_back_until_it_was_given_back():
    game = lobby()
    game.hand_over_to("Bob")
    with pytest.raises(NotAllowed):
        game.give("Alice", c.ReclaimHost())
    game.give("Bob", c.TransferHost(player_id=game.id("Alice")))
    game.drop("Alice")
    game.pass_s(60)
    game.return_to_room("Alice")
    game.give("Alice", c.ReclaimHost())
    assert game.host == "Alice"


def test_the_creator_of_a_full_room_takes_the_role_back_from_outside():
    game = lobby(*CROWD)
    game.drop("Alice")
    game.pass_s(60)
    game.come_back("Alice")
    assert not game.member("Alice").seated
    said = game.give("Alice", c.ReclaimHost())
    assert (types(said), game.host) == (["HOST_CHANGED"], "Alice")


def test_the_round_of_a_creator_who_explains_alone_ends_with_the_role():
    game = without_host(lobby("Bob", "Carol"))
    game.come_back("Alice")
    game.give("Bob", c.StartTeamSetup())
    game.give("Alice", c.JoinTeam(team_id="team_1"))
    game.give("Bob", c.JoinTeam(team_id="team_2"))
    game.leave("Carol")
    game.give("Bob", c.ConfirmStart())
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Alice"
    assert the(game.give("Alice", c.ReclaimHost()), events.RoundEnded).reason == "explainer_left"


# Renaming


def rename(game: Game, actor: str, whose: str, name: str) -> list[events.PlayerRenamed]:
    return all_of(game.give(actor, c.RenamePlayer(player_id=game.id(whose), player_name=name)), events.PlayerRenamed)


def test_a_player_renames_themselves_and_the_host_anybody():
    game = lobby()
    assert [event.player_name for event in rename(game, "Bob", "Bob", " Rob ")] == ["Rob"]
    assert [event.player_name for event in rename(game, "Alice", "Rob", "Robert")] == ["Robert"]
    assert [event.player_id for event in rename(game, "Alice", "Alice", "Alicia")] == ["host_1"]
    assert rename(game, "Alicia", "Robert", "Robert") == []
    with pytest.raises(NotAllowed):
        rename(game, "Carol", "Dave", "David")


@pytest.mark.parametrize("name", ["", "Carol", "\u202eevil", "x" * 21])
def test_a_new_name_obeys_the_rules_of_joining(name):
    game = lobby()
    before = game.saved()
    with pytest.raises(GameError):
        rename(game, "Bob", "Bob", name)
    assert game.saved() == before


def test_a_player_does_not_rename_themselves_while_explaining_or_twice_in_ten_seconds():
    game = in_round()
    with pytest.raises(IllegalMove):
        rename(game, "Bob", "Bob", "Rob")
    rename(game, "Alice", "Bob", "Rob")
    rename(game, "Carol", "Carol", "Caro")
    game.pass_ms(9_999)
    with pytest.raises(IllegalMove):
        rename(game, "Caro", "Caro", "Carol")
    game.pass_ms(1)
    rename(game, "Caro", "Caro", "Carol")
