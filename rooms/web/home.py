"""The home page: a room to make, a code to type, and the way back; for hosts with an account also what they keep."""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gameplay.models import RoomPreset
from gameplay.words.library import load_library
from rooms.access.accounts import account_id, may_make_rooms
from rooms.access.client_key import peer_of
from rooms.access.rate_limits import ROOMS
from rooms.access.sessions import set_host_cookie
from rooms.cluster.registry import CODE_LENGTH, registry
from rooms.errors import RateLimited
from rooms.session.room_lookup import look_up
from rooms.web import presets
from rooms.web.forms import CreateRoomForm, HostRoomForm
from rooms.web.room_pages import answering_unavailable, spaced

REMEMBERED_ROOMS = 3


@require_GET
@answering_unavailable
async def home(request: HttpRequest) -> HttpResponse:
    """Make a room, type a code, or go back to the room this browser is in. ``?preset=`` fills the form in."""
    typed = request.GET.get("code")
    if typed is not None:
        code = "".join(filter(str.isalnum, typed)).upper()
        if len(code) == CODE_LENGTH and code.isascii():
            return HttpResponseRedirect(reverse("player", args=[code]))
    owner_id = await account_id(request)
    kept = await presets.presets_of(owner_id)
    chosen = next((preset for preset in kept if str(preset.pk) == request.GET.get("preset")), None)
    form = await _form(request, owner_id, chosen)
    return await _home(request, form, kept, chosen=chosen, typed_code=typed)


@require_POST
@answering_unavailable
async def create_room(request: HttpRequest) -> HttpResponse:
    """Make a room from the form and go to its host's page; the secret goes into a cookie."""
    creator_id = await account_id(request)
    form = await _form(request, creator_id)
    if not may_make_rooms(creator_id):
        return await _home(request, form, [], status=HTTPStatus.FORBIDDEN)
    if not form.is_valid():
        return await _refused(request, form, creator_id)
    await registry().limiter.take(ROOMS, peer_of(request))
    created = await registry().create(form.cleaned_data["host_name"], form.settings, creator_id, form.team_names)
    response = HttpResponseRedirect(reverse("host", args=[created.code]))
    set_host_cookie(response, created.code, created.session_id)
    return response


@require_POST
@answering_unavailable
async def save_preset(request: HttpRequest) -> HttpResponse:
    """Keep what the form says under a name, and fill it in again."""
    owner_id = await account_id(request)
    form = await _form(request, owner_id)
    if owner_id is None or not isinstance(form, HostRoomForm):
        return await _home(request, form, [], status=HTTPStatus.FORBIDDEN)
    if not form.is_valid():
        return await _refused(request, form, owner_id)
    if not form.cleaned_data["preset_name"]:
        form.add_error("preset_name", _("Give the preset a name."))
        return await _refused(request, form, owner_id)
    try:
        preset = await presets.keep(owner_id, form)
    except presets.TooManyPresets:
        form.add_error("preset_name", _("You have too many presets; delete one first."))
        return await _refused(request, form, owner_id)
    return HttpResponseRedirect(f"{reverse('home')}?preset={preset.pk}")


@require_POST
async def delete_preset(request: HttpRequest, preset_id: int) -> HttpResponse:
    """Forget one of the account's presets. Raises `Http404` without an account."""
    owner_id = await account_id(request)
    if owner_id is None:
        raise Http404
    await presets.forget(owner_id, preset_id)
    return HttpResponseRedirect(reverse("home"))


async def _form(request: HttpRequest, owner_id: int | None, chosen: RoomPreset | None = None) -> CreateRoomForm:
    data = request.POST if request.method == "POST" else None
    initial = None if chosen is None else presets.as_initial(chosen)
    form_class = CreateRoomForm if owner_id is None else HostRoomForm
    return form_class(await load_library(), data, owner_id, initial)


async def _refused(request: HttpRequest, form: CreateRoomForm, owner_id: int | None) -> HttpResponse:
    return await _home(request, form, await presets.presets_of(owner_id), status=HTTPStatus.UNPROCESSABLE_ENTITY)


async def _home(
    request: HttpRequest,
    form: CreateRoomForm,
    kept: list[RoomPreset],
    *,
    chosen: RoomPreset | None = None,
    typed_code: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "form": form,
        "account": await request.auser() if form.owner_id is not None else None,
        "may_make_rooms": may_make_rooms(form.owner_id),
        "presets": kept,
        "chosen_preset": chosen,
        "hosted_rooms": await _hosted_rooms(request),
        "typed_code": typed_code or "",
        "code_error": "" if typed_code is None else _("A code has six letters or digits, like ABC 234."),
        "page_data": {"api-url": "/api/rooms/"},
    }
    return render(request, "home.html", context, status=status)


async def _hosted_rooms(request: HttpRequest) -> list[dict[str, str]]:
    """The rooms whose host this browser was, newest cookie last, those that are gone left out.

    A cookie may name any code: what is not there counts like a code that was guessed.
    """
    prefix = settings.HOST_COOKIE_PREFIX
    names = [name for name in request.COOKIES if name.startswith(prefix)]
    codes = [name.removeprefix(prefix) for name in names[-REMEMBERED_ROOMS:]]
    try:
        found = [code for code in codes if await look_up(peer_of(request), code) is not None]
    except RateLimited:
        return []
    return [{"url": reverse("host", args=[code]), "spaced_code": spaced(code)} for code in found]
