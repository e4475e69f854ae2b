"""What was done to rooms, and by whom: said on the next page, and kept in the admin's log."""

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
from rooms.storage.summary import RoomSummary
from rooms.web.room_pages import spaced_code

SHOWN = 20


def write(request: HttpRequest, action: Action, detail: str, outcomes: Iterable[Outcome]) -> None:
    """Tell of orders, those that were carried out and those that were not."""
    done = [outcome.code for outcome in outcomes if not outcome.trouble]
    if done:
        text = str(action.done) % {"detail": detail}
        note(request, done, text)
        messages.success(request, f"{', '.join(map(spaced_code, done))}: {text}")
    for outcome in outcomes:
        if outcome.trouble:
            values = {"action": action.label, "trouble": outcome.trouble}
            text = _("“%(action)s” failed. %(trouble)s") % values
            note(request, [outcome.code], text)
            messages.error(request, f"{spaced_code(outcome.code)}: {text}")


def note(request: HttpRequest, codes: Iterable[str], text: object) -> None:
    """Put something into the log."""
    rooms = [LiveRoom(code=code) for code in codes]
    LogEntry.objects.log_actions(cast(int, request.user.pk), rooms, CHANGE, str(text))


def of_room(summary: RoomSummary) -> list[LogEntry]:
    """The last entries about this room, the latest first; not those about an older one of the same code."""
    since = datetime.fromtimestamp(summary.created_at_ms / 1000, UTC)
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(LiveRoom), object_id=summary.room_id, action_time__gte=since
    )
    return list(entries.select_related("user").order_by("-action_time", "-pk")[:SHOWN])
