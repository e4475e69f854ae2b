"""The REST API: create a room, read one, and the AsyncAPI document."""

import functools
from http import HTTPStatus
from pathlib import Path

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path, reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from gameplay.engine.errors import BadSettings, NameInvalid
from gameplay.engine.model import Settings
from gameplay.engine.settings import parse_settings
from gameplay.words.library import load_library
from rooms.access.accounts import account_id, is_cross_site, may_create_rooms
from rooms.access.client_key import client_key
from rooms.access.rate_limits import ROOM_CREATIONS
from rooms.cluster.node import current_node
from rooms.cluster.registry import CreatedRoom
from rooms.public_urls import join_url, public_origin
from rooms.session.room_lookup import look_up
from rooms.web.error_responses import answer_room_errors, error_response

MAX_BODY_BYTES = 16 * 1024
ASYNCAPI = Path(settings.BASE_DIR) / "docs" / "asyncapi.yaml"


class NewRoom(msgspec.Struct, rename="camel"):
    """The body of ``POST /api/rooms``."""

    host_name: str
    settings: dict[str, object] = {}


@csrf_exempt
@never_cache
@answer_room_errors
async def create_room(request: HttpRequest) -> HttpResponse:
    """``POST /api/rooms``. A cross-site request counts as anonymous; no cookie is set."""
    if request.method != "POST":
        response = error_response(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "Use POST to make a room.")
        response["Allow"] = "POST"
        return response
    try:
        if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES or len(request.body) > MAX_BODY_BYTES:
            return error_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TOO_LARGE", "The request is too large.")
        body = msgspec.json.decode(request.body, type=NewRoom)
    except RequestDataTooBig:
        return error_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TOO_LARGE", "The request is too large.")
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError) as error:
        return error_response(HTTPStatus.BAD_REQUEST, "MALFORMED_MESSAGE", f"The request cannot be read: {error}.")
    try:
        creator_id = None if is_cross_site(request) else await account_id(request)
        if not may_create_rooms(creator_id):
            return error_response(
                HTTPStatus.FORBIDDEN, "UNAUTHORIZED", "Rooms are made by hosts with an account. Log in first."
            )
        room_settings = await _settings(body.settings, creator_id)
        await current_node().limiter.hit(ROOM_CREATIONS, client_key(request))
        created = await current_node().registry.create(body.host_name, room_settings, creator_id)
    except (BadSettings, NameInvalid) as error:
        return error_response(HTTPStatus.BAD_REQUEST, error.code, error.message)
    return JsonResponse(_room_urls(request, created), status=HTTPStatus.CREATED)


@csrf_exempt
@require_safe
@never_cache
@answer_room_errors
async def read_room(request: HttpRequest, code: str) -> HttpResponse:
    """``GET /api/rooms/<CODE>``: the public summary of a room."""
    summary = await look_up(client_key(request), code.upper())
    if summary is None:
        return error_response(HTTPStatus.NOT_FOUND, "ROOM_NOT_FOUND", "There is no such room.")
    return JsonResponse(
        {
            "roomId": summary.room_id,
            "state": summary.state,
            "playerCount": summary.player_count,
            "maxPlayers": summary.max_players,
            "joinable": summary.joinable,
        }
    )


@require_safe
@cache_control(public=True, max_age=300)
async def asyncapi(request: HttpRequest) -> HttpResponse:
    """The AsyncAPI document."""
    return HttpResponse(_asyncapi(), content_type="application/yaml; charset=utf-8")


@functools.cache
def _asyncapi() -> bytes:
    return ASYNCAPI.read_bytes()


async def _settings(chosen: dict[str, object], owner_id: int | None) -> Settings:
    """The request's settings on top of the defaults; the default packs are those of its language."""
    words = await load_library()
    base = Settings()
    packs = words.default_pack_ids(str(chosen.get("language", base.language)))
    if packs:
        base = msgspec.structs.replace(base, word_pack_ids=packs)
    return parse_settings(chosen, base, words, owner_id)


def _room_urls(request: HttpRequest, created: CreatedRoom) -> dict[str, str]:
    here = request.build_absolute_uri("/").rstrip("/")
    return {
        "roomId": created.code,
        "hostId": created.host_id,
        "sessionId": created.session_id,
        "qrCodeUrl": join_url(public_origin(request.get_host(), request.is_secure()), created.code),
        "hostUrl": here + reverse("host", args=[created.code]),
        "stageUrl": here + reverse("stage", args=[created.code]),
        "wsUrl": f"{here.replace('http', 'ws', 1)}/ws/?roomId={created.code}",
    }


urlpatterns = [
    re_path(r"^api/rooms/?$", create_room, name="api-rooms"),
    re_path(r"^api/rooms/(?P<code>[0-9A-Za-z]{1,64})/?$", read_room, name="api-room"),
    path("api/asyncapi.yaml", asyncapi, name="asyncapi"),
]
