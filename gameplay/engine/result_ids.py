"""Public ids of results, derived from the secret of the room."""

import base64
import hashlib

from msgspec import UNSET, UnsetType

from gameplay.engine.model import Room

ID_BYTES = 16


def result_id(room: Room) -> str | UnsetType:
    """The id of the room's last game: 128 bits in 22 URL-safe characters, deterministic; UNSET without a secret.

    It cannot be derived from public facts of the room, nor from the ids of its other games.
    """
    if not room.share_key:
        return UNSET
    digest = hashlib.sha256(f"{room.share_key}:{room.code}:{room.game_number}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:ID_BYTES]).decode().rstrip("=")
