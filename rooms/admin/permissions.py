"""Permissions on live rooms in the administration: superusers access all rooms, other users those they created."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin

from rooms.storage.room_summary import RoomSummary

VIEW = "rooms.view_liveroom"
CONTROL = "rooms.control_liveroom"

User = AnonymousUser | AbstractBaseUser


def sees_all_rooms(user: User) -> bool:
    """Whether the user may access rooms of other creators."""
    return isinstance(user, PermissionsMixin) and bool(user.is_active and user.is_superuser)


def is_accessible(user: User, summary: RoomSummary) -> bool:
    """Whether the user has created the room or may access all rooms."""
    return sees_all_rooms(user) or (summary.creator_id is not None and summary.creator_id == user.pk)


def may_view(user: User) -> bool:
    """Whether the user may view live rooms at all."""
    return isinstance(user, PermissionsMixin) and user.has_perm(VIEW)


def may_view_room(user: User, summary: RoomSummary) -> bool:
    """Whether the user may view this room."""
    return may_view(user) and is_accessible(user, summary)


def may_control(user: User, summary: RoomSummary) -> bool:
    """Whether the user may execute actions on this room."""
    return may_view_room(user, summary) and isinstance(user, PermissionsMixin) and user.has_perm(CONTROL)
