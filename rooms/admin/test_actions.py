"""Actions are possible in the states that the transition table allows."""

import pytest

from gameplay.engine.states import RoomState
from rooms.admin.actions import ACTIONS

SOMETIMES = {
    "pause": {RoomState.ROUND_ACTIVE},
    "resume": {RoomState.ROUND_PAUSED},
    "next": {RoomState.SCORE_REVIEW},
    "settings": {
        RoomState.ROOM_CREATED,
        RoomState.LOBBY,
        RoomState.TEAM_SETUP,
        RoomState.READY_TO_START,
        RoomState.FINAL_RESULTS,
    },
}


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_is_offered_where_it_changes_something(name: str) -> None:
    always = set(RoomState) - {RoomState.ROOM_CLOSED}
    passing = {RoomState.ROUND_ENDED, RoomState.GAME_ENDED}  # no room rests in them
    offered = {state for state in RoomState if ACTIONS[name].is_possible(state)}
    assert offered - passing == SOMETIMES.get(name, always) - passing


def test_irreversible_actions_must_be_confirmed() -> None:
    assert {name for name, action in ACTIONS.items() if action.question} == {"kick", "make-host", "close"}
