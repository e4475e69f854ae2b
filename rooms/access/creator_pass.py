"""Creator pass: a signed secret that opens the host seat of a room in any browser its creator is logged in with.

It is a bearer secret like a session's, but signed instead of stored. It opens the seat of the member who created the
room, for a day, and nothing else.
"""

from django.core.signing import BadSignature, TimestampSigner

from gameplay.engine.model import FIRST_HOST
from rooms.access.sessions import HOST_COOKIE_AGE_S, session_hash
from rooms.storage.room_summary import RoomSummary

PREFIX = "owner."

_signer = TimestampSigner(salt="rooms.owners")


def new_creator_pass(code: str, created_at_ms: int) -> str:
    """A pass for the room of this code and creation time. The caller checks that the account is the room's creator."""
    return PREFIX + _signer.sign(f"{code}.{created_at_ms}")


def is_creator_pass(secret: str) -> bool:
    """Whether ``secret`` has the form of a creator pass; it may be forged or for another room."""
    return secret.startswith(PREFIX)


def is_valid_for(creator_pass: str, code: str, created_at_ms: int) -> bool:
    """Whether this site has issued the pass within a day, for the room of this code and creation time."""
    try:
        room = _signer.unsign(creator_pass.removeprefix(PREFIX), max_age=HOST_COOKIE_AGE_S)
    except BadSignature:
        return False
    return room == f"{code}.{created_at_ms}"


def is_host_secret(secret: str, summary: RoomSummary) -> bool:
    """Whether ``secret`` opens the seat of the room's present host."""
    if is_creator_pass(secret):
        return summary.host_id == FIRST_HOST and is_valid_for(secret, summary.room_id, summary.created_at_ms)
    return session_hash(secret) == summary.host_session
