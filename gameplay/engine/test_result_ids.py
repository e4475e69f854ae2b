"""Public ids of results."""

import re

from msgspec import UNSET

from gameplay.engine import events, result_ids
from gameplay.engine.projections import game_state
from gameplay.engine.states import RoomState
from tests.support.game import in_round, the


def finished(share_key="k" * 22):
    game = in_round()
    game.room.share_key = share_key
    return game, the(game.end(), events.GameEnded)


def test_everybody_learns_the_id_of_the_result_at_the_end_and_may_ask_again():
    game, ended = finished()
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", ended.result_id)
    for actor_id in (None, game.id("Bob"), game.room.host_id):
        assert game_state(game.room, actor_id, game.now_ms).final.result_id == ended.result_id
    assert result_ids.result_id(game.room) == ended.result_id


def test_the_id_is_unknown_before_the_end():
    game = in_round()
    game.room.share_key = "k" * 22
    assert game_state(game.room, None, game.now_ms).final is UNSET


def test_a_rematch_has_another_id():
    game, first = finished()
    game.rematch()
    game.start()
    game.pass_until(RoomState.ROUND_ACTIVE)
    assert the(game.end(), events.GameEnded).result_id != first.result_id


def test_ids_depend_on_the_rooms_secret_and_do_not_contain_it():
    _, one = finished("k" * 22)
    _, other = finished("l" * 22)
    assert one.result_id != other.result_id
    assert "kkkk" not in one.result_id


def test_a_room_without_a_secret_shares_nothing():
    game, ended = finished("")
    assert ended.result_id is UNSET
    assert game_state(game.room, None, game.now_ms).final.result_id is UNSET
