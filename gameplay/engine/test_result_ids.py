"""The id under which a result is shared."""

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


def test_nobody_knows_it_before():
    game = in_round()
    game.room.share_key = "k" * 22
    assert game_state(game.room, None, game.now_ms).final is UNSET


def test_the_rematch_has_another():
    game, first = finished()
    game.rematch()
    game.start()
    game.pass_until(RoomState.ROUND_ACTIVE)
    assert the(game.end(), events.GameEnded).result_id != first.result_id


def test_rooms_with_other_keys_have_others_and_the_key_is_in_none():
    _, one = finished("k" * 22)
    _, other = finished("l" * 22)
    assert one.result_id != other.result_id
    assert "kkkk" not in one.result_id


def test_a_room_from_before_there_were_keys_shares_nothing():
    game, ended = finished("")
    assert ended.result_id is UNSET
    assert game_state(game.room, None, game.now_ms).final.result_id is UNSET
