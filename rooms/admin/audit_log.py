"""Audit log of actions on rooms, kept as the admin's log entries and shown as messages on the next page."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.translation import gettext as _

from rooms.admin.actions import Action, Outcome
from rooms.models import LiveRoom
from rooms.storage.room_summary import RoomSummary
from rooms.web.room_pages import spaced_code

MAX_ENTRIES = 20


def record_outcomes(request: HttpRequest, action: Action, detail: str, outcomes: Iterable[Outcome]) -> None:
    """Record an action on rooms, executed or failed, and show it on the next page."""
    done = [outcome.code for outcome in outcomes if not outcome.error]
    if done:
        text = str(action.done) % {"detail": detail}
        record(request, done, text)
        messages.success(request, f"{', '.join(map(spaced_code, done))}: {text}")
    for outcome in outcomes:
        if outcome.error:
            values = {"action": action.label, "trouble": outcome.error}
            text = _("“%(action)s” failed. %(trouble)s") % values
            record(request, [outcome.code], text)
            messages.error(request, f"{spaced_code(outcome.code)}: {text}")


def record(request: HttpRequest, codes: Iterable[str], text: object) -> None:
    """Add an entry for each room to the admin's log."""
    rooms = [LiveRoom(code=code) for code in codes]
    LogEntry.objects.log_actions(cast(int, request.user.pk), rooms, CHANGE, str(text))


def entries_for(summary: RoomSummary) -> list[LogEntry]:
    """The latest entries for this room, newest first; none for an earlier room with the same code."""
    since = datetime.fromtimestamp(summary.created_at_ms / 1000, UTC)
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(LiveRoom), object_id=summary.room_id, action_time__gte=since
    )
    return list(entries.select_related("user").order_by("-action_time", "-pk")[:MAX_ENTRIES])
