"""The home page: create a room, enter a code, return to a hosted room; presets for accounts."""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gameplay.engine.model import MAX_PLAYERS, Settings
from gameplay.models import RoomPreset
from gameplay.words.library import load_library
from rooms.access.accounts import account_id, may_create_rooms
from rooms.access.client_key import client_key
from rooms.access.rate_limits import ROOM_CREATIONS
from rooms.access.sessions import set_host_cookie
from rooms.cluster.node import current_node
from rooms.cluster.registry import CODE_LENGTH
from rooms.errors import RateLimited
from rooms.session.room_lookup import look_up
from rooms.web import presets
from rooms.web.error_responses import answer_room_errors
from rooms.web.forms import CreateRoomForm, HostRoomForm
from rooms.web.room_pages import spaced_code
from rooms.web.typed_code import read_code

REMEMBERED_ROOMS = 3
LEAST_PLAYERS = 4
"""From how many players the game is fun; fewer may play."""


@require_safe
@answer_room_errors
async def home(request: HttpRequest) -> HttpResponse:
    """The home page; ``?code=`` leads to that room, ``?preset=`` fills the form with a preset."""
    typed = request.GET.get("code")
    if typed is not None:
        code = read_code(typed)
        if len(code) == CODE_LENGTH:
            return HttpResponseRedirect(reverse("player", args=[code]))
    owner_id = await account_id(request)
    saved = await presets.presets_of(owner_id)
    chosen = next((preset for preset in saved if str(preset.pk) == request.GET.get("preset")), None)
    form = await _form(request, owner_id, chosen)
    return await _home(request, form, saved, chosen=chosen, typed_code=typed)


@require_POST
@answer_room_errors
async def create_room(request: HttpRequest) -> HttpResponse:
    """Create a room from the form, set the host's cookie and redirect to the host page."""
    creator_id = await account_id(request)
    form = await _form(request, creator_id)
    if not may_create_rooms(creator_id):
        return await _home(request, form, [], status=HTTPStatus.FORBIDDEN)
    if not form.is_valid():
        return await _invalid(request, form, creator_id)
    await current_node().limiter.hit(ROOM_CREATIONS, client_key(request))
    created = await current_node().registry.create(
        form.cleaned_data["host_name"], form.settings, creator_id, form.team_names
    )
    response = HttpResponseRedirect(reverse("host", args=[created.code]))
    set_host_cookie(response, created.code, created.session_id)
    return response


@require_POST
@answer_room_errors
async def save_preset(request: HttpRequest) -> HttpResponse:
    """Save the form's values as a named preset of the account."""
    owner_id = await account_id(request)
    form = await _form(request, owner_id)
    if owner_id is None or not isinstance(form, HostRoomForm):
        return await _home(request, form, [], status=HTTPStatus.FORBIDDEN)
    if not form.is_valid():
        return await _invalid(request, form, owner_id)
    if not form.cleaned_data["preset_name"]:
        form.add_error("preset_name", _("Give the preset a name."))
        return await _invalid(request, form, owner_id)
    try:
        preset = await presets.save(owner_id, form)
    except presets.TooManyPresets:
        form.add_error("preset_name", _("You have too many presets; delete one first."))
        return await _invalid(request, form, owner_id)
    return HttpResponseRedirect(f"{reverse('home')}?preset={preset.pk}")


@require_POST
async def delete_preset(request: HttpRequest, preset_id: int) -> HttpResponse:
    """Delete one of the account's presets. Raises `Http404` without an account."""
    owner_id = await account_id(request)
    if owner_id is None:
        raise Http404
    await presets.delete(owner_id, preset_id)
    return HttpResponseRedirect(reverse("home"))


async def _form(request: HttpRequest, owner_id: int | None, chosen: RoomPreset | None = None) -> CreateRoomForm:
    data = request.POST if request.method == "POST" else None
    initial = None if chosen is None else presets.as_initial(chosen)
    form_class = CreateRoomForm if owner_id is None else HostRoomForm
    return form_class(await load_library(), data, owner_id, initial)


async def _invalid(request: HttpRequest, form: CreateRoomForm, owner_id: int | None) -> HttpResponse:
    return await _home(request, form, await presets.presets_of(owner_id), status=HTTPStatus.UNPROCESSABLE_ENTITY)


async def _home(
    request: HttpRequest,
    form: CreateRoomForm,
    saved: list[RoomPreset],
    *,
    chosen: RoomPreset | None = None,
    typed_code: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "form": form,
        "account": await request.auser() if form.owner_id is not None else None,
        "may_create_rooms": may_create_rooms(form.owner_id),
        "presets": saved,
        "chosen_preset": chosen,
        "hosted_rooms": await _hosted_rooms(request),
        "typed_code": typed_code or "",
        "code_error": "" if typed_code is None else _("A code has six letters or digits, like ABC 234."),
        "least_players": LEAST_PLAYERS,
        "max_players": MAX_PLAYERS,
        "default_turn_sec": Settings().round_duration_sec,
        "page_data": {"api-url": "/api/rooms/"},
    }
    return render(request, "home.html", context, status=status)


async def _hosted_rooms(request: HttpRequest) -> list[dict[str, str]]:
    """Existing rooms whose host cookies this browser has, newest cookie last.

    A cookie may name any code: an unknown one counts as a guess.
    """
    prefix = settings.HOST_COOKIE_PREFIX
    names = [name for name in request.COOKIES if name.startswith(prefix)]
    codes = [name.removeprefix(prefix) for name in names[-REMEMBERED_ROOMS:]]
    try:
        found = [code for code in codes if await look_up(client_key(request), code) is not None]
    except RateLimited:
        return []
    return [{"url": reverse("host", args=[code]), "spaced_code": spaced_code(code)} for code in found]
