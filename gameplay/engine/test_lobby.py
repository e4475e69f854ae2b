"""Joining: the host, players, full and locked rooms, bans, late joiners."""

import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import Banned, RoomFull, RoomLocked, UnknownPlayer
from gameplay.engine.model import MAX_BANNED
from gameplay.engine.states import RoomState as S
from tests.support.game import (
    CROWD,
    SCENES,
    Game,
    all_of,
    in_review,
    in_round,
    lobby,
    path,
    secret_of,
    the,
    types,
    waiting,
)


def test_the_room_is_announced_when_the_hosts_first_socket_has_come():
    game = Game()
    created = the(game.arrive(), events.RoomCreated)
    assert (created.host_id, created.host_name, created.max_players) == ("host_1", "Alice", 10)


def test_the_room_is_announced_once():
    game = Game()
    game.arrive()
    game.drop("Alice")
    assert game.arrive() == []


def test_the_first_player_opens_the_lobby():
    game = Game()
    game.arrive()
    said = game.join("Bob")
    assert path(said) == [S.LOBBY]
    joined = the(said, events.PlayerJoined)
    assert (joined.player_name, joined.player_count) == ("Bob", 1)
    assert joined.player_id == game.id("Bob")


def test_each_player_has_an_id_and_a_colour_of_their_own():
    game = lobby(*CROWD)
    assert len({player.id for player in game.room.players}) == 10
    assert len({player.color for player in game.room.players}) == 10


def test_an_id_is_never_given_twice():
    game = lobby("Bob")
    bob = game.id("Bob")
    game.leave("Bob")
    game.join("Bob")
    assert game.id("Bob") != bob


def test_the_room_stays_a_lobby_when_everybody_has_left():
    game = lobby("Bob")
    left = the(game.leave("Bob"), events.PlayerLeft)
    assert (left.player_name, left.player_count, left.reason) == ("Bob", 0, "voluntary")
    assert game.state is S.LOBBY


def test_an_eleventh_player_finds_the_room_full():
    game = lobby(*CROWD)
    before = game.saved()
    with pytest.raises(RoomFull):
        game.join("Liam")
    assert game.saved() == before


def test_the_host_does_not_take_a_players_seat():
    assert len(lobby(*CROWD).room.players) == 10


def test_a_seat_is_free_again_when_somebody_leaves():
    game = lobby(*CROWD)
    game.leave("Ken")
    game.join("Liam")
    assert len(game.room.players) == 10


def test_a_player_whose_connection_is_lost_keeps_the_seat():
    game = lobby(*CROWD)
    game.drop("Ken")
    with pytest.raises(RoomFull):
        game.join("Liam")


# Locking


def test_a_locked_room_refuses_new_players():
    game = lobby("Bob")
    assert types(game.give("Alice", c.LockRoom())) == ["ROOM_LOCKED"]
    with pytest.raises(RoomLocked):
        game.join("Carol")


def test_an_unlocked_room_accepts_new_players():
    game = lobby("Bob")
    game.give("Alice", c.LockRoom())
    assert types(game.give("Alice", c.UnlockRoom())) == ["ROOM_UNLOCKED"]
    game.join("Carol")


def test_locking_a_locked_room_changes_nothing():
    game = lobby("Bob")
    game.give("Alice", c.LockRoom())
    before = game.saved()
    assert game.give("Alice", c.LockRoom()) == []
    assert game.saved() == before


def test_members_reconnect_to_a_locked_room():
    game = lobby("Bob")
    game.give("Alice", c.LockRoom())
    game.drop("Bob")
    game.come_back("Bob")
    assert game.member("Bob").connected


def test_every_view_says_that_the_room_is_locked():
    game = lobby("Bob")
    game.give("Alice", c.LockRoom())
    assert game.view().locked


# Kicking and banning


def test_a_kicked_player_is_removed_and_notified():
    game = lobby()
    bob = game.id("Bob")
    said = game.kick("Bob")
    left = the(said, events.PlayerLeft)
    assert (left.player_id, left.reason, left.player_count) == (bob, "kicked", 3)
    assert the(said, events.Removed).reason == "kicked"
    assert bob not in game.room.members


def test_a_kicked_player_may_come_back():
    game = lobby()
    game.kick("Bob")
    game.join("Bob")
    assert game.member("Bob").seated


def test_a_banned_player_may_not_come_back_under_any_name():
    game = lobby()
    left = the(game.ban("Bob"), events.PlayerLeft)
    assert left.reason == "kicked"
    with pytest.raises(Banned) as refusal:
        game.give("", c.Join(name="Robert", session=secret_of("Bob")))
    assert refusal.value.code == "KICKED"


def test_a_ban_leaves_other_players_alone():
    game = lobby()
    game.ban("Bob")
    game.join("Frank")
    assert game.member("Frank").seated


def join_from(game: Game, address: str, name: str) -> None:
    game.give("", c.Join(name=name, session=secret_of(name), client_key=address))


def test_a_ban_also_refuses_the_client():
    game = Game()
    join_from(game, "café", "Bob")
    join_from(game, "home", "Carol")
    game.ban("Bob")
    with pytest.raises(Banned) as refusal:
        join_from(game, "café", "Robert")
    assert refusal.value.code == "KICKED"
    join_from(game, "home", "Dave")
    join_from(game, "", "Erin")
    assert [player.name for player in game.room.players] == ["Carol", "Dave", "Erin"]


def test_a_ban_spares_clients_that_seated_players_share():
    game = Game()
    join_from(game, "home", "Bob")
    join_from(game, "home", "Carol")
    game.ban("Bob")
    join_from(game, "home", "Dave")
    game.ban("Carol")
    game.ban("Dave")
    with pytest.raises(Banned):
        join_from(game, "home", "Erin")


def test_a_ban_spares_the_client_that_the_host_shares():
    game = Game()
    join_from(game, "café", "Bob")
    game.ban("Bob")
    game.give("host_1", c.Connected("café"))
    join_from(game, "café", "Carol")
    game.give("host_1", c.Connected("train"))
    game.kick("Carol")
    with pytest.raises(Banned):
        join_from(game, "café", "Carol")


def test_the_client_is_that_of_the_last_connection():
    game = Game()
    join_from(game, "café", "Bob")
    game.give(game.member("Bob").id, c.Connected("street"))
    game.give(game.member("Bob").id, c.Connected())
    game.ban("Bob")
    join_from(game, "café", "Carol")
    with pytest.raises(Banned):
        join_from(game, "street", "Robert")


def test_only_the_latest_bans_are_kept():
    game = Game()
    for number in range(MAX_BANNED + 5):
        join_from(game, f"address {number}", f"Guest {number}")
        game.ban(f"Guest {number}")
    assert len(game.room.banned) == len(game.room.banned_clients) == MAX_BANNED
    with pytest.raises(Banned):
        join_from(game, f"address {MAX_BANNED + 4}", "Mallory")


def test_a_ban_survives_a_restart_of_the_server():
    game = lobby()
    game.ban("Bob")
    game.restart_server()
    with pytest.raises(Banned):
        game.join("Bob")


@pytest.mark.parametrize("command", [c.KickPlayer, c.BanPlayer])
def test_nobody_can_be_removed_twice(command):
    game = lobby()
    bob = game.id("Bob")
    game.kick("Bob")
    with pytest.raises(UnknownPlayer):
        game.give("Alice", command(player_id=bob))


def test_the_host_cannot_be_kicked():
    game = lobby()
    with pytest.raises(UnknownPlayer):
        game.kick("Alice")


# Joining late


@pytest.mark.parametrize("state", [S.ROUND_STARTING, S.ROUND_ACTIVE, S.ROUND_PAUSED, S.SCORE_REVIEW])
def test_a_late_joiner_sits_out_until_the_next_round(state):
    game = SCENES[state]()
    game.join("Frank")
    frank = game.member("Frank")
    assert frank.sitting_out
    assert frank.team_id is None


@pytest.mark.parametrize("state", [S.ROOM_CREATED, S.LOBBY, S.TEAM_SETUP, S.READY_TO_START, S.FINAL_RESULTS])
def test_a_player_who_joins_between_games_does_not_sit_out(state):
    game = SCENES[state]()
    game.join("Frank")
    assert not game.member("Frank").sitting_out


def test_a_late_joiner_gets_a_seat_in_the_smallest_team_before_the_next_round():
    game = in_round("Bob", "Carol", "Dave")
    game.join("Frank")
    game.pass_until(S.SCORE_REVIEW)
    said = game.pass_until(S.ROUND_STARTING)
    assert game.team_names() == [["Bob", "Dave"], ["Carol", "Frank"]]
    assert not game.member("Frank").sitting_out
    assert the(said, events.PlayerAssignedTeam).player_id == game.id("Frank")


def test_several_late_joiners_spread_over_the_teams():
    game = in_round()
    game.join("Frank", "Grace", "Heidi")
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_STARTING)
    assert sorted(map(len, game.team_names())) == [3, 4]


def test_a_late_joiner_explains_when_their_turn_comes():
    game = in_round("Bob", "Carol", roundsPerTeam=3)
    game.join("Frank")
    explained = []
    for _ in range(4):
        game.pass_until(S.SCORE_REVIEW)
        explained.append(game.explainer)
        game.pass_until(S.ROUND_ACTIVE)
    assert explained == ["Bob", "Carol", "Frank", "Carol"]


def test_a_late_joiner_who_is_away_before_the_round_gets_no_seat_yet():
    game = in_review()
    game.join("Frank")
    game.drop("Frank")
    game.pass_until(S.ROUND_STARTING)
    assert game.member("Frank").team_id is None
    assert game.member("Frank").sitting_out


def test_a_late_joiner_starts_a_game_that_waited_for_players():
    game = waiting()
    said = game.join("Frank")
    assert path(said) == [S.ROUND_STARTING]
    assert all_of(said, events.CountdownTick)[0].explainer_player_id == game.id("Frank")
