"""Under which name the result of a game can be looked at by those who were there, and whom they tell."""

import base64
import hashlib

from msgspec import UNSET, UnsetType

from gameplay.engine.model import Room

ID_BYTES = 16


def result_id(room: Room) -> str | UnsetType:
    """The id of the room's last game: 128 bits in 22 characters, the same however often it is asked for.

    Nobody can tell it from anything else that is known of the room, nor one game's from another's.
    """
    if not room.share_key:
        return UNSET
    digest = hashlib.sha256(f"{room.share_key}:{room.code}:{room.game_number}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:ID_BYTES]).decode().rstrip("=")
