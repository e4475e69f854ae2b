"""`stateChecksum` in Python; the browser's own is held to the same vectors."""

import json
import zlib
from pathlib import Path

import pytest

from gameplay.engine.model import Member, Room, Team
from gameplay.engine.projections import state_checksum
from gameplay.engine.states import RoomState

VECTORS = json.loads((Path(__file__).parents[2] / "tests/vectors/checksum.json").read_text())


def room_of(game_state):
    """A room whose game state would be this one."""
    return Room(
        code="ABC234",
        host_id="host_1",
        members={"host_1": Member("host_1", "Alice", "", "#444444", seated=False)},
        seed=1,
        created_at_ms=0,
        state=RoomState(game_state["state"]),
        state_version=game_state["stateVersion"],
        teams=[Team(team["id"], "", "", score=team["score"]) for team in game_state["teams"]],
        round_number=game_state.get("roundNumber", 0),
        active_team_id=game_state.get("activeTeamId"),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_a_room_has_the_checksum_of_its_vector(vector):
    assert state_checksum(room_of(vector["gameState"])) == vector["checksum"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_a_vector_is_the_crc_32_of_its_text(vector):
    assert f"{zlib.crc32(vector['text'].encode()):08x}" == vector["checksum"]


def test_the_known_value_of_crc_32_holds():
    assert zlib.crc32(b"123456789") == 0xCBF43926


def test_no_two_vectors_have_the_same_checksum():
    assert len({vector["checksum"] for vector in VECTORS}) == len(VECTORS) >= 10
