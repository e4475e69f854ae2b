"""The role of the host: promotion after a minute, transfer, and return (docs/spec.md §3.5)."""

import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import IllegalMove, NotAllowed, UnknownPlayer
from gameplay.engine.states import RoomState as S
from tests.support.game import CROWD, SCENES, Game, all_of, in_review, in_round, lobby, path, teams_ready, the, types

WITH_PLAYERS = [
    state for state in SCENES if state not in (S.ROOM_CREATED, S.READY_FOR_NEXT, S.ROUND_STARTING, S.ROOM_CLOSED)
]


def lost(game: Game) -> events.HostChanged:
    """Alice is away for a minute."""
    game.drop("Alice")
    return the(game.pass_s(60), events.HostChanged)


@pytest.mark.parametrize("state", WITH_PLAYERS)
def test_a_host_away_for_a_minute_is_replaced_in_every_state(state):
    game = SCENES[state]()
    changed = lost(game)
    assert (changed.host_name, changed.reason) == ("Bob", "disconnected")
    assert game.host == "Bob"


def test_a_host_is_not_replaced_a_moment_before_the_minute_is_over():
    game = lobby()
    game.drop("Alice")
    game.pass_ms(59_999)
    assert game.host == "Alice"
    game.pass_ms(1)
    assert game.host == "Bob"


def test_a_host_who_returns_within_the_minute_stays_the_host():
    game = in_round()
    game.drop("Alice")
    game.pass_ms(59_999)
    game.come_back("Alice")
    game.pass_s(100)
    assert game.host == "Alice"


def test_the_longest_connected_player_becomes_the_host():
    game = lobby()
    game.pass_s(5)
    game.drop("Bob")
    game.come_back("Bob")
    assert lost(game).host_name == "Carol"


def test_an_absent_player_does_not_become_the_host():
    game = lobby()
    game.drop("Alice")
    game.pass_s(50)
    game.drop("Bob")
    assert the(game.pass_s(10), events.HostChanged).host_name == "Carol"


def test_after_the_minute_the_first_player_to_connect_becomes_the_host():
    game = in_round()
    game.drop("Alice", "Bob", "Carol", "Dave", "Erin")
    game.pass_s(59)
    assert game.host == "Alice"
    game.pass_s(1000)
    assert (game.state, game.host) == (S.ROUND_PAUSED, "Alice")
    said = game.join("Frank")
    assert the(said, events.HostChanged).host_name == "Frank"
    assert game.host == "Frank"


def test_within_the_minute_a_player_who_connects_does_not_become_the_host():
    game = lobby()
    game.drop("Alice", "Bob", "Carol", "Dave", "Erin")
    game.pass_s(30)
    game.come_back("Carol")
    assert game.host == "Alice"
    assert the(game.pass_s(30), events.HostChanged).host_name == "Carol"


def test_without_other_players_the_host_stays_the_host():
    game = in_round()
    game.drop("Alice", "Bob", "Carol", "Dave", "Erin")
    game.pass_s(3600)
    game.come_back("Alice")
    assert (game.host, len(game.room.players)) == ("Alice", 4)
    game.pass_s(60)
    assert (game.host, game.room.players) == ("Alice", [])


def test_a_host_who_never_connected_is_replaced():
    game = Game()
    game.join("Bob")
    assert the(game.pass_s(60), events.HostChanged).host_name == "Bob"


def test_the_new_host_keeps_id_seat_and_team():
    game = in_round()
    bob = game.id("Bob")
    lost(game)
    assert game.room.host_id == bob
    assert game.member("Bob").seated
    assert game.team_names()[0] == ["Bob", "Dave"]


def test_the_new_host_has_the_controls_of_host_and_player():
    game = in_round()
    lost(game)
    game.resume()
    assert game.state is S.ROUND_ACTIVE
    game.give("Bob", c.LeaveRoom())


def test_a_new_host_moves_the_words_to_the_phones():
    game = in_round()
    game.drop("Alice")
    said = game.pass_s(60)
    assert the(said, events.SettingsUpdated).settings.word_holder == "explainer"
    assert game.holder == "Bob"
    assert all_of(said, events.WordRevealed)


def test_a_round_stays_paused_until_the_new_host_resumes():
    game = in_round()
    lost(game)
    game.pass_s(100)
    assert game.state is S.ROUND_PAUSED
    game.resume()
    assert (game.state, game.remaining_ms()) == (S.ROUND_ACTIVE, 60_000)


def test_a_game_that_waited_for_the_host_goes_on_with_the_new_one():
    game = in_review()
    game.drop("Alice")
    said = game.pass_s(60)
    assert path(said) == [S.READY_FOR_NEXT, S.ROUND_STARTING]
    assert game.host == "Bob"


def test_one_change_of_host_is_one_new_version():
    game = lobby()
    before = game.room.state_version
    lost(game)
    assert game.room.state_version == before + 1


# The former host


@pytest.mark.parametrize("state", [S.LOBBY, S.TEAM_SETUP, S.FINAL_RESULTS])
def test_the_former_host_returns_as_a_player(state):
    game = SCENES[state]()
    lost(game)
    said = game.come_back("Alice")
    joined = the(said, events.PlayerJoined)
    assert (joined.player_id, joined.player_name, joined.player_count) == ("host_1", "Alice", 5)
    assert game.member("Alice").seated
    assert not game.member("Alice").sitting_out


def test_in_a_game_the_former_host_plays_from_the_next_round():
    game = in_round("Bob", "Carol", "Dave")
    lost(game)
    game.come_back("Alice")
    assert game.member("Alice").sitting_out
    game.resume()
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_STARTING)
    assert game.team_names() == [["Bob", "Dave"], ["Carol", "Alice"]]


def test_the_former_host_unbalances_the_teams_until_seated():
    game = teams_ready()
    lost(game)
    assert path(game.come_back("Alice")) == [S.TEAM_SETUP]
    assert path(game.sit("Alice", 1)) == [S.READY_TO_START]


def test_in_a_full_room_a_returning_former_host_spectates():
    game = lobby(*CROWD)
    lost(game)
    assert "PLAYER_JOINED" not in types(game.come_back("Alice"))
    assert not game.member("Alice").seated
    with pytest.raises(NotAllowed):
        game.give("Alice", c.LeaveRoom())


def test_the_former_host_has_no_controls():
    game = lobby()
    lost(game)
    game.come_back("Alice")
    with pytest.raises(NotAllowed):
        game.give("Alice", c.LockRoom())


def test_the_former_host_who_comes_back_twice_is_seated_once():
    game = lobby()
    lost(game)
    game.come_back("Alice")
    assert game.come_back("Alice") == []
    assert [player.name for player in game.room.players].count("Alice") == 1


def test_the_former_host_may_be_made_host_again():
    game = lobby()
    lost(game)
    game.come_back("Alice")
    game.hand_over_to("Alice")
    assert game.host == "Alice"
    assert game.member("Alice").seated


# Handing over


@pytest.mark.parametrize("state", [*WITH_PLAYERS, S.ROUND_STARTING])
def test_the_host_transfers_the_role_in_every_state(state):
    game = SCENES[state]()
    said = game.hand_over_to("Carol")
    changed = the(said, events.HostChanged)
    assert (changed.host_id, changed.host_name, changed.reason) == (game.id("Carol"), "Carol", "transferred")
    assert the(said, events.PlayerJoined).player_name == "Alice"


def test_after_a_transfer_in_a_full_room_the_former_host_spectates():
    game = lobby(*CROWD)
    said = game.hand_over_to("Bob")
    assert all_of(said, events.PlayerJoined) == []
    assert not game.member("Alice").seated


def test_a_transfer_to_the_host_changes_nothing():
    game = lobby()
    before = game.saved()
    assert game.hand_over_to("Alice") == []
    assert game.saved() == before


def test_an_absent_player_cannot_be_made_host():
    game = lobby()
    game.drop("Bob")
    with pytest.raises(IllegalMove):
        game.hand_over_to("Bob")


def test_a_member_without_a_seat_cannot_be_made_host():
    game = lobby(*CROWD)
    game.hand_over_to("Bob")
    for name in ("Alice", "a stranger"):
        with pytest.raises(UnknownPlayer):
            game.hand_over_to(name)


# A host who plays and goes


def test_a_playing_host_who_leaves_is_replaced():
    game = in_round()
    game.hand_over_to("Bob")
    said = game.leave("Bob")
    assert the(said, events.PlayerLeft).player_name == "Bob"
    changed = the(said, events.HostChanged)
    assert (changed.host_name, changed.reason) == ("Alice", "transferred")
    assert "Bob" not in [member.name for member in game.room.members.values()]
    assert (game.explainer, game.holder) == ("Dave", "Dave")


def test_a_playing_host_who_leaves_alone_keeps_the_role_without_the_seat():
    game = lobby("Bob")
    game.hand_over_to("Bob")
    game.leave("Alice")
    game.leave("Bob")
    assert (game.host, game.room.players) == ("Bob", [])
    assert game.view().players == ()


def test_a_host_who_explains_and_leaves_alone_is_replaced_by_the_first_to_join():
    game = in_round("Bob", "Carol")
    game.hand_over_to("Bob")
    game.drop("Alice", "Carol")
    game.leave("Bob")
    assert (game.state, game.host) == (S.SCORE_REVIEW, "Bob")
    game.drop("Bob")
    game.pass_s(60)
    game.join("Frank")
    assert game.host == "Frank"


def test_a_game_that_waits_for_a_playing_host_goes_on_when_that_host_leaves():
    game = in_review()
    game.hand_over_to("Bob")
    game.drop("Bob")
    assert path(game.pass_s(5)) == [S.READY_FOR_NEXT]
    assert path(game.leave("Bob")) == [S.ROUND_STARTING]


def test_a_playing_host_away_for_a_minute_is_removed():
    game = lobby()
    game.hand_over_to("Bob")
    game.leave("Alice")
    game.drop("Bob")
    said = game.pass_s(60)
    assert the(said, events.HostChanged).host_name == "Carol"
    assert the(said, events.PlayerLeft).reason == "disconnected"
    assert "Bob" not in [member.name for member in game.room.members.values()]


def test_the_new_host_cannot_be_kicked_but_the_former_one_can():
    game = lobby()
    game.hand_over_to("Bob")
    with pytest.raises(IllegalMove):
        game.give("Bob", c.KickPlayer(player_id=game.id("Bob")))
    game.give("Bob", c.KickPlayer(player_id="host_1"))
    assert "host_1" not in game.room.members
