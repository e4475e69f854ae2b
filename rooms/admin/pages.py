"""Admin pages of live rooms, at the URLs of a model's pages; they read Redis and call workers instead of a table."""

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
from rooms.admin.actions import ACTIONS, OPEN_AS_HOST, Action, execute
from rooms.admin.forms import NoticeForm, SettingsForm, form_for
from rooms.admin.list_query import RoomQuery, list_page, read_by_codes, read_rooms
from rooms.admin.room_view import RoomView, load_room_view
from rooms.errors import Unavailable
from rooms.models import LiveRoom
from rooms.storage.room_summary import RoomSummary

if TYPE_CHECKING:
    Base = admin.ModelAdmin[LiveRoom]
else:
    Base = admin.ModelAdmin

MAX_SELECTED = 100
LIST_REFRESH_S = 5
ROOM_REFRESH_S = 3
TEMPLATES = "admin/rooms/liveroom"

View = Callable[..., HttpResponse]


def handle_errors(view: View) -> View:
    """Render 503 while Redis is unavailable, and 403 without the exception that Django would log."""

    @wraps(view)
    def wrapper(self: "LiveRoomAdmin", request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(self, request, *args, **kwargs)
        except PermissionDenied as error:
            return permission_denied(request, error)
        except Unavailable as error:
            context = {"title": _("Redis does not answer"), "error": error}
            return self.render(request, "unavailable.html", context, HTTPStatus.SERVICE_UNAVAILABLE)

    return wrapper


class LiveRoomAdmin(Base):
    """Pages and actions of live rooms. The model has no table."""

    def get_urls(self) -> list[URLPattern]:
        """Routes, by the names that Django's own pages link to."""

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
        """Rooms are created on the home page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: LiveRoom | None = None) -> bool:
        """Rooms are controlled, not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LiveRoom | None = None) -> bool:
        """Rooms are closed, not deleted."""
        return False

    def render(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = HTTPStatus.OK
    ) -> HttpResponse:
        """Render a template in the frame of the admin."""
        common = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"{TEMPLATES}/{template}", {**common, **context}, status=status)

    # Pages

    @handle_errors
    def list_rooms(self, request: HttpRequest) -> HttpResponse:
        """The list of rooms; text, state and page number come from the query string."""
        return self._list(request, "list.html")

    @handle_errors
    def list_rows(self, request: HttpRequest) -> HttpResponse:
        """The rows of the list, for refreshing it in place."""
        return self._list(request, "rows.html")

    @handle_errors
    def show_room(self, request: HttpRequest, code: str) -> HttpResponse:
        """A room's page, with its actions."""
        room_view = self._load_view(request, code)
        context = {
            "title": _("Room %(code)s") % {"code": room_view.summary.room_id},
            "notice_form": NoticeForm(),
            "settings_form": SettingsForm(owner_id=room_view.summary.creator_id, now=room_view.details.state.settings),
            "audit_log": audit_log.entries_for(room_view.summary),
            "refresh_s": ROOM_REFRESH_S,
        }
        return self.render(request, "room.html", {**self._room_context(request, room_view), **context})

    @handle_errors
    def show_live(self, request: HttpRequest, code: str) -> HttpResponse:
        """The changing part of a room's page, for refreshing it in place."""
        return self.render(request, "live.html", self._room_context(request, self._load_view(request, code)))

    # Actions

    @handle_errors
    def act(self, request: HttpRequest) -> HttpResponse:
        """Execute an action on the selected rooms; without all its fields or its confirmation: ask for them."""
        action = ACTIONS.get(request.POST.get("action", ""))
        if action is None:
            return HttpResponseBadRequest()
        rooms = self._selected_rooms(request, request.POST.getlist("room"))
        if not rooms:
            messages.warning(request, _("Choose a room that is still there."))
            return _redirect_back(request)
        room_view = load_room_view(rooms[0].room_id, request.user) if action.needs == "player" else None
        people = () if room_view is None else room_view.details.people
        owner_id = rooms[0].creator_id if len(rooms) == 1 else request.user.pk
        form = form_for(action.needs, request.POST, people, owner_id)
        if not form.is_valid() or (action.question and "is_sure" not in request.POST):
            return self._confirm(request, action, rooms, form)
        outcomes = execute(action, rooms, form.command_fields, request.user.get_username())
        audit_log.record_outcomes(request, action, form.detail, outcomes)
        is_gone = action.name == "close" and any(not outcome.error for outcome in outcomes)
        return HttpResponseRedirect(reverse("admin:rooms_liveroom_changelist")) if is_gone else _redirect_back(request)

    @handle_errors
    def open_as_host(self, request: HttpRequest, code: str) -> HttpResponse:
        """Give this browser a creator pass for the room and redirect to the host page, which takes over the seat."""
        rooms = self._selected_rooms(request, [code])
        if not rooms:
            raise Http404
        [summary] = rooms
        if summary.host_id != FIRST_HOST:
            text = _("%(name)s plays, and is the host now: this page is on the player’s own phone.")
            messages.error(request, text % {"name": summary.host_name})
            return _redirect_back(request)
        if summary.is_host_connected and "is_sure" not in request.POST:
            return self._confirm(request, OPEN_AS_HOST, rooms, form_for("", request.POST))
        audit_log.record(request, [summary.room_id], OPEN_AS_HOST.done)
        response = HttpResponseRedirect(reverse("host", args=[summary.room_id]))
        set_host_cookie(response, summary.room_id, new_creator_pass(summary.room_id, summary.created_at_ms))
        return response

    def _list(self, request: HttpRequest, template: str) -> HttpResponse:
        self._require_permission(request, permissions.VIEW)
        query = RoomQuery(request.GET.get("q", ""), request.GET.get("state", ""), request.GET.get("p", "1"))
        rooms = list_page(read_rooms(request.user), query)
        context = {
            "title": _("Live rooms"),
            "is_list": True,
            "room_query": query,
            "rooms": rooms,
            "pages": rooms.page.paginator.get_elided_page_range(rooms.page.number),
            "query_string": request.GET.urlencode(),
            "actions": [action for action in ACTIONS.values() if action.needs != "player"],
            "may_control": request.user.has_perm(permissions.CONTROL),
            "refresh_s": LIST_REFRESH_S,
        }
        return self.render(request, template, context)

    def _load_view(self, request: HttpRequest, code: str) -> RoomView:
        self._require_permission(request, permissions.VIEW)
        room_view = load_room_view(code.upper(), request.user)
        if room_view is None:
            raise Http404
        return room_view

    def _room_context(self, request: HttpRequest, room_view: RoomView) -> dict[str, Any]:
        state = room_view.details.state.state
        return {
            "room_view": room_view,
            "possible": {action.name for action in ACTIONS.values() if action.is_possible(state)},
            "simple_actions": [action for action in ACTIONS.values() if not action.needs],
            "may_control": permissions.may_control(request.user, room_view.summary),
        }

    def _selected_rooms(self, request: HttpRequest, codes: list[str]) -> list[RoomSummary]:
        self._require_permission(request, permissions.CONTROL)
        rooms = read_by_codes((code.upper() for code in codes[:MAX_SELECTED]), request.user)
        return [summary for summary in rooms if permissions.may_control(request.user, summary)]

    def _confirm(self, request: HttpRequest, action: Action, rooms: list[RoomSummary], form: Any) -> HttpResponse:
        context = {"title": action.label, "action": action, "rooms": rooms, "form": form, "next": _return_url(request)}
        return self.render(request, "confirm.html", context)

    def _require_permission(self, request: HttpRequest, permission: str) -> None:
        if not request.user.has_perm(permission):
            raise PermissionDenied


def _return_url(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else reverse("admin:rooms_liveroom_changelist")


def _redirect_back(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(_return_url(request))
