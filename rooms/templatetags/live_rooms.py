"""Template filters of the administration for times, states and workers."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gameplay.engine.states import RoomState
from rooms import clock
from rooms.admin.list_query import STATE_NAMES
from rooms.cluster.membership import name_of
from rooms.web.room_pages import spaced_code

register = template.Library()

register.filter("spaced_code", spaced_code)

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400


@register.filter
def ago(at_ms: int | None) -> str:
    """The time since then in the largest unit that fits, as in ``12 min``."""
    if not at_ms:
        return "–"
    seconds = max(0, clock.now_ms() - at_ms) // 1000
    if seconds < MINUTE_S:
        return _("%(count)d s") % {"count": seconds}
    if seconds < HOUR_S:
        return _("%(count)d min") % {"count": seconds // MINUTE_S}
    if seconds < DAY_S:
        return _("%(count)d h") % {"count": seconds // HOUR_S}
    return _("%(count)d d") % {"count": seconds // DAY_S}


@register.filter
def state_name(state: str) -> str:
    """The name of a state; the state itself if this version does not know it."""
    return str(STATE_NAMES[RoomState(state)]) if state in STATE_NAMES else state


@register.filter
def worker_name(worker: str) -> str:
    """A worker's name without its incarnation."""
    return name_of(worker)


@register.simple_tag
def dot(is_on: bool) -> SafeString:
    """A mark for connected or away, with a label for screen readers."""
    return format_html(
        '<span class="dot" data-on="{}" role="img" aria-label="{}"></span>',
        "yes" if is_on else "no",
        _("connected") if is_on else _("away"),
    )
