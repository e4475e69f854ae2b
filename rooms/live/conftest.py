"""Messages to send to connections without a room."""

from gameplay.engine.events import Audience, RoomLocked, WordResult
from rooms.protocol.envelope import Outgoing


def room_locked(audience: Audience = "all") -> Outgoing:
    """A small message."""
    return Outgoing("ROOM_LOCKED", RoomLocked(), "ABC234", 0, audience, 1, 1)


def word_result(text: str) -> Outgoing:
    """A message as long as ``text``."""
    event = WordResult(word_id=text, action="guessed", team_id="team_1", points_awarded=1, new_score=1)
    return Outgoing("WORD_RESULT", event, "ABC234", 0, "all", 1, 1)
