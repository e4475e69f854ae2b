"""The pages of the live rooms. They stand where Django's admin has those of a model, but read Redis and ask workers."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.defaults import permission_denied

from gameplay.engine.model import FIRST_HOST
from rooms.access.creator_pass import new_creator_pass
from rooms.access.sessions import set_host_cookie
from rooms.admin import audit_log, permissions
from rooms.admin.actions import ACTIONS, OPEN_AS_HOST, Action, give
from rooms.admin.forms import NoticeForm, SettingsForm, form_of
from rooms.admin.list_query import Question, look, read_rooms, read_some
from rooms.admin.room_view import Inspection, inspect
from rooms.errors import Unavailable
from rooms.models import LiveRoom
from rooms.storage.summary import RoomSummary

if TYPE_CHECKING:
    Base = admin.ModelAdmin[LiveRoom]
else:
    Base = admin.ModelAdmin

MAX_CHOSEN = 100
LIST_EVERY_S = 5
ROOM_EVERY_S = 3
TEMPLATES = "admin/rooms/liveroom"

View = Callable[..., HttpResponse]


def answering(view: View) -> View:
    """While Redis is away: a page that says so, with 503. And 403 as an answer: as an exception it fills the log."""

    @wraps(view)
    def answer(self: "LiveRoomAdmin", request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(self, request, *args, **kwargs)
        except PermissionDenied as error:
            return permission_denied(request, error)
        except Unavailable as error:
            context = {"title": _("Redis does not answer"), "error": error}
            return self.answer(request, "unavailable.html", context, HTTPStatus.SERVICE_UNAVAILABLE)

    return answer


class LiveRoomAdmin(Base):
    """The live rooms. Nothing here touches a table: the model has none."""

    def get_urls(self) -> list[URLPattern]:
        """The names are those that Django's own pages link to."""

        def page(route: str, view: View, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"rooms_liveroom_{name}")

        return [
            page("", self.list_rooms, "changelist"),
            page("rows/", self.list_rows, "rows"),
            page("act/", require_POST(self.act), "act"),
            page("<str:code>/", self.show_room, "change"),
            page("<str:code>/live/", self.show_live, "live"),
            page("<str:code>/open/", require_POST(self.open_as_host), "open"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rooms are made on the home page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: LiveRoom | None = None) -> bool:
        """Rooms are controlled, not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LiveRoom | None = None) -> bool:
        """Rooms are closed, not deleted."""
        return False

    def answer(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = HTTPStatus.OK
    ) -> HttpResponse:
        """A page of the admin."""
        common = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"{TEMPLATES}/{template}", {**common, **context}, status=status)

    # Looking

    @answering
    def list_rooms(self, request: HttpRequest) -> HttpResponse:
        """The list; its address says what is searched for, which state, and which page."""
        return self._list(request, "list.html")

    @answering
    def list_rows(self, request: HttpRequest) -> HttpResponse:
        """The list alone, to be put in place of an older one."""
        return self._list(request, "rows.html")

    @answering
    def show_room(self, request: HttpRequest, code: str) -> HttpResponse:
        """One room, and what can be done to it."""
        seen = self._seen(request, code)
        context = {
            "title": _("Room %(code)s") % {"code": seen.summary.room_id},
            "notice_form": NoticeForm(),
            "settings_form": SettingsForm(owner_id=seen.summary.creator_id, now=seen.picture.state.settings),
            "journal": audit_log.of_room(seen.summary),
            "every_s": ROOM_EVERY_S,
        }
        return self.answer(request, "room.html", {**self._room_context(request, seen), **context})

    @answering
    def show_live(self, request: HttpRequest, code: str) -> HttpResponse:
        """What changes on a room's page, to be put in place of what was there."""
        return self.answer(request, "live.html", self._room_context(request, self._seen(request, code)))

    # Acting

    @answering
    def act(self, request: HttpRequest) -> HttpResponse:
        """Do something to one room or to many, once everything is said that has to be said."""
        action = ACTIONS.get(request.POST.get("action", ""))
        if action is None:
            return HttpResponseBadRequest()
        rooms = self._chosen(request, request.POST.getlist("room"))
        if not rooms:
            messages.warning(request, _("Choose a room that is still there."))
            return _back(request)
        seen = inspect(rooms[0].room_id, request.user) if action.needs == "player" else None
        people = () if seen is None else seen.picture.people
        owner_id = rooms[0].creator_id if len(rooms) == 1 else request.user.pk
        form = form_of(action.needs, request.POST, people, owner_id)
        if not form.is_valid() or (action.question and "is_sure" not in request.POST):
            return self._ask(request, action, rooms, form)
        outcomes = give(action, rooms, form.cleaned_data, request.user.get_username())
        audit_log.write(request, action, form.detail, outcomes)
        is_gone = action.name == "close" and any(not outcome.trouble for outcome in outcomes)
        return HttpResponseRedirect(reverse("admin:rooms_liveroom_changelist")) if is_gone else _back(request)

    @answering
    def open_as_host(self, request: HttpRequest, code: str) -> HttpResponse:
        """Give this browser an owner pass of the room and go to the host's page, which takes the seat."""
        rooms = self._chosen(request, [code])
        if not rooms:
            raise Http404
        [summary] = rooms
        if summary.host_id != FIRST_HOST:
            text = _("%(name)s plays, and is the host now: this page is on the player’s own phone.")
            messages.error(request, text % {"name": summary.host_name})
            return _back(request)
        if summary.is_host_connected and "is_sure" not in request.POST:
            return self._ask(request, OPEN_AS_HOST, rooms, form_of("", request.POST))
        audit_log.note(request, [summary.room_id], OPEN_AS_HOST.done)
        response = HttpResponseRedirect(reverse("host", args=[summary.room_id]))
        set_host_cookie(response, summary.room_id, new_creator_pass(summary.room_id, summary.created_at_ms))
        return response

    def _list(self, request: HttpRequest, template: str) -> HttpResponse:
        self._require(request, permissions.VIEW)
        asked = Question(request.GET.get("q", ""), request.GET.get("state", ""), request.GET.get("p", "1"))
        listing = look(read_rooms(request.user), asked)
        context = {
            "title": _("Live rooms"),
            "is_list": True,
            "asked": asked,
            "listing": listing,
            "pages": listing.page.paginator.get_elided_page_range(listing.page.number),
            "query": request.GET.urlencode(),
            "actions": [action for action in ACTIONS.values() if action.needs != "player"],
            "may_control": request.user.has_perm(permissions.CONTROL),
            "every_s": LIST_EVERY_S,
        }
        return self.answer(request, template, context)

    def _seen(self, request: HttpRequest, code: str) -> Inspection:
        self._require(request, permissions.VIEW)
        seen = inspect(code.upper(), request.user)
        if seen is None:
            raise Http404
        return seen

    def _room_context(self, request: HttpRequest, seen: Inspection) -> dict[str, Any]:
        state = seen.picture.state.state
        return {
            "seen": seen,
            "possible": {action.name for action in ACTIONS.values() if action.is_possible(state)},
            "simple_actions": [action for action in ACTIONS.values() if not action.needs],
            "may_control": permissions.may_control(request.user, seen.summary),
        }

    def _chosen(self, request: HttpRequest, codes: list[str]) -> list[RoomSummary]:
        self._require(request, permissions.CONTROL)
        rooms = read_some((code.upper() for code in codes[:MAX_CHOSEN]), request.user)
        return [summary for summary in rooms if permissions.may_control(request.user, summary)]

    def _ask(self, request: HttpRequest, action: Action, rooms: list[RoomSummary], form: Any) -> HttpResponse:
        context = {"title": action.label, "action": action, "rooms": rooms, "form": form, "next": _next(request)}
        return self.answer(request, "ask.html", context)

    def _require(self, request: HttpRequest, permission: str) -> None:
        if not request.user.has_perm(permission):
            raise PermissionDenied


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else reverse("admin:rooms_liveroom_changelist")


def _back(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(_next(request))
