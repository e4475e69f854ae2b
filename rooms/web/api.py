"""The REST side: make a room, look at one, and read the protocol."""

import functools
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path, reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from gameplay.engine.errors import BadSettings, NameInvalid
from gameplay.engine.model import Settings
from gameplay.engine.settings import parse_settings
from gameplay.words.library import load_library
from rooms.access.accounts import account_id, is_sent_by_another_site, may_make_rooms
from rooms.access.client_key import peer_of
from rooms.access.rate_limits import ROOMS
from rooms.cluster.registry import CreatedRoom, registry
from rooms.errors import RateLimited, Unavailable
from rooms.public_urls import join_url, origin_for_phones
from rooms.session.room_lookup import look_up
from rooms.web.rate_limit import problem, too_many_requests

MAX_BODY_BYTES = 16 * 1024
RETRY_AFTER_S = 5
ASYNCAPI = Path(settings.BASE_DIR) / "docs" / "asyncapi.yaml"

View = Callable[..., Coroutine[Any, Any, HttpResponse]]


class NewRoom(msgspec.Struct, rename="camel"):
    """The body of a request for a room."""

    host_name: str
    settings: dict[str, object] = {}


def answering_unavailable(view: View) -> View:
    """While rooms cannot be read or written: 503; for whoever asks too often: 429."""

    @functools.wraps(view)
    async def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return await view(request, *args, **kwargs)
        except RateLimited as excess:
            return too_many_requests(request, excess)
        except Unavailable as error:
            response = problem(HTTPStatus.SERVICE_UNAVAILABLE, "SERVER_BUSY", str(error))
            response["Retry-After"] = str(RETRY_AFTER_S)
            return response

    return answer


@csrf_exempt
@never_cache
@answering_unavailable
async def create_room(request: HttpRequest) -> HttpResponse:
    """``POST /api/rooms``. What another site has a browser send counts as sent by nobody; no cookie is set."""
    if request.method != "POST":
        response = problem(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "Use POST to make a room.")
        response["Allow"] = "POST"
        return response
    try:
        if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES or len(request.body) > MAX_BODY_BYTES:
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TOO_LARGE", "The request is too large.")
        wanted = msgspec.json.decode(request.body, type=NewRoom)
    except RequestDataTooBig:
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TOO_LARGE", "The request is too large.")
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError) as error:
        return problem(HTTPStatus.BAD_REQUEST, "MALFORMED_MESSAGE", f"The request cannot be read: {error}.")
    try:
        creator_id = None if is_sent_by_another_site(request) else await account_id(request)
        if not may_make_rooms(creator_id):
            return problem(
                HTTPStatus.FORBIDDEN, "UNAUTHORIZED", "Rooms are made by hosts with an account. Log in first."
            )
        chosen = await _chosen(wanted.settings, creator_id)
        await registry().limiter.take(ROOMS, peer_of(request))
        created = await registry().create(wanted.host_name, chosen, creator_id)
    except (BadSettings, NameInvalid) as error:
        return problem(HTTPStatus.BAD_REQUEST, error.code, error.message)
    return JsonResponse(_addresses(request, created), status=HTTPStatus.CREATED)


@csrf_exempt
@require_GET
@never_cache
@answering_unavailable
async def read_room(request: HttpRequest, code: str) -> HttpResponse:
    """``GET /api/rooms/<CODE>``: what everybody may know."""
    facts = await look_up(peer_of(request), code.upper())
    if facts is None:
        return problem(HTTPStatus.NOT_FOUND, "ROOM_NOT_FOUND", "There is no such room.")
    return JsonResponse(
        {
            "roomId": facts.room_id,
            "state": facts.state,
            "playerCount": facts.player_count,
            "maxPlayers": facts.max_players,
            "joinable": facts.joinable,
        }
    )


@require_GET
@cache_control(public=True, max_age=300)
async def asyncapi(request: HttpRequest) -> HttpResponse:
    """The protocol for machines."""
    return HttpResponse(_asyncapi(), content_type="application/yaml; charset=utf-8")


@functools.cache
def _asyncapi() -> bytes:
    return ASYNCAPI.read_bytes()


async def _chosen(wanted: dict[str, object], owner_id: int | None) -> Settings:
    """The wanted settings on top of the defaults, among them the default packs of the wanted language."""
    words = await load_library()
    base = Settings()
    packs = words.default_pack_ids(str(wanted.get("language", base.language)))
    if packs:
        base = msgspec.structs.replace(base, word_pack_ids=packs)
    return parse_settings(wanted, base, words, owner_id)


def _addresses(request: HttpRequest, created: CreatedRoom) -> dict[str, str]:
    here = request.build_absolute_uri("/").rstrip("/")
    return {
        "roomId": created.code,
        "hostId": created.host_id,
        "sessionId": created.session_id,
        "qrCodeUrl": join_url(origin_for_phones(request.get_host(), request.is_secure()), created.code),
        "hostUrl": here + reverse("host", args=[created.code]),
        "stageUrl": here + reverse("stage", args=[created.code]),
        "wsUrl": f"{here.replace('http', 'ws', 1)}/ws/?roomId={created.code}",
    }


urlpatterns = [
    re_path(r"^api/rooms/?$", create_room, name="api-rooms"),
    re_path(r"^api/rooms/(?P<code>[0-9A-Za-z]{1,64})/?$", read_room, name="api-room"),
    path("api/asyncapi.yaml", asyncapi, name="asyncapi"),
]
