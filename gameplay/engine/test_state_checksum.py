"""The checksum by which clients notice a stale state (docs/spec.md §3.5)."""

import zlib

import pytest

from gameplay.engine.projections import state_checksum
from gameplay.engine.states import RoomState as S
from tests.support.game import SCENES, Game, finished, in_round, lobby, started


def crc(text):
    return f"{zlib.crc32(text.encode()):08x}"


def test_checksum_of_a_new_room():
    assert state_checksum(Game().room) == crc("ROOM_CREATED|1|||") == "c73eec33"


def test_a_lobby_has_neither_round_nor_teams():
    game = lobby()
    assert state_checksum(game.room) == crc(f"LOBBY|{game.room.state_version}|||")


def test_checksum_of_a_round():
    game = in_round()
    game.guess(2)
    assert state_checksum(game.room) == crc(f"ROUND_ACTIVE|{game.room.state_version}|1|team_1|team_1:2,team_2:0")


def test_checksum_of_negative_scores():
    game = in_round(skipPenalty=-1)
    game.skip(2)
    assert state_checksum(game.room).startswith(
        crc(f"ROUND_ACTIVE|{game.room.state_version}|1|team_1|team_1:-2,team_2:0")
    )


def test_the_first_countdown_has_no_round_yet():
    game = started()
    assert state_checksum(game.room) == crc(f"ROUND_STARTING|{game.room.state_version}|||team_1:0,team_2:0")


def test_a_rematch_keeps_number_and_team_of_the_last_round_until_the_next_begins():
    game = finished()
    game.rematch()
    assert state_checksum(game.room) == crc(f"READY_TO_START|{game.room.state_version}|2|team_2|team_1:0,team_2:0")


@pytest.mark.parametrize("state", SCENES)
def test_the_checksum_follows_from_the_public_state_as_eight_hex_digits(state):
    game = SCENES[state]()
    view = game.view("Bob")
    text = "|".join(
        [
            view.state,
            str(view.state_version),
            str(view.round_number or ""),
            view.active_team_id or "",
            ",".join(f"{team.id}:{team.score}" for team in view.teams),
        ]
    )
    assert state_checksum(game.room) == crc(text)
    assert len(state_checksum(game.room)) == 8


def test_ticks_and_lost_connections_do_not_change_the_checksum():
    game = in_round()
    before = state_checksum(game.room)
    game.drop("Dave")
    game.pass_s(20)
    assert game.state is S.ROUND_ACTIVE
    assert state_checksum(game.room) == before
