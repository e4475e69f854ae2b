"""Who sees and controls which rooms in the admin: superusers all of them, everybody else those they have made."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin

from rooms.storage.summary import RoomSummary

VIEW = "rooms.view_liveroom"
CONTROL = "rooms.control_liveroom"

User = AnonymousUser | AbstractBaseUser


def sees_everything(user: User) -> bool:
    """Whether rooms of others are this user's business."""
    return isinstance(user, PermissionsMixin) and bool(user.is_active and user.is_superuser)


def is_theirs(user: User, summary: RoomSummary) -> bool:
    """Whether this user has made the room, or sees everything."""
    return sees_everything(user) or (summary.creator_id is not None and summary.creator_id == user.pk)


def may_look(user: User) -> bool:
    """Whether any room at all is shown to this user."""
    return isinstance(user, PermissionsMixin) and user.has_perm(VIEW)


def may_see(user: User, summary: RoomSummary) -> bool:
    """Whether the room is shown to this user."""
    return may_look(user) and is_theirs(user, summary)


def may_control(user: User, summary: RoomSummary) -> bool:
    """Whether this user may act on the room."""
    return may_see(user, summary) and isinstance(user, PermissionsMixin) and user.has_perm(CONTROL)
