"""Who made a room with an account stays its host wherever they log in, without a secret being kept or changed.

An owner pass is a bearer secret like any other, only that the server can tell it again: it is signed, not stored. It
opens the seat of the member who made the room, for a day, and nothing else.
"""

from django.core.signing import BadSignature, TimestampSigner

from gameplay.engine.model import FIRST_HOST
from rooms.access.sessions import HOST_COOKIE_AGE_S, session_hash
from rooms.storage.summary import RoomSummary

PREFIX = "owner."

_signer = TimestampSigner(salt="rooms.owners")


def new_creator_pass(code: str, created_at_ms: int) -> str:
    """A secret that opens the first host's seat in the room of this code and age. Check first whose it is to have."""
    return PREFIX + _signer.sign(f"{code}.{created_at_ms}")


def is_creator_pass(secret: str) -> bool:
    """Whether ``secret`` is of the kind that owners have; it may still be forged or for another room."""
    return secret.startswith(PREFIX)


def is_valid_for(creator_pass: str, code: str, created_at_ms: int) -> bool:
    """Whether the pass was issued by this site, within a day, for the room of this code and age."""
    try:
        room = _signer.unsign(creator_pass.removeprefix(PREFIX), max_age=HOST_COOKIE_AGE_S)
    except BadSignature:
        return False
    return room == f"{code}.{created_at_ms}"


def is_host_secret(secret: str, summary: RoomSummary) -> bool:
    """Whether ``secret`` opens the seat of whoever is the room's host now."""
    if is_creator_pass(secret):
        return summary.host_id == FIRST_HOST and is_valid_for(secret, summary.room_id, summary.created_at_ms)
    return session_hash(secret) == summary.host_session
