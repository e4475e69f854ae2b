"""Pages of a room: player, host, stage, seat link, QR code; 404 for an unknown room."""

import functools
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gameplay.words.library import load_library
from rooms.access.accounts import account_id
from rooms.access.client_key import client_key
from rooms.access.creator_pass import is_host_secret, new_creator_pass
from rooms.access.sessions import host_secret, set_host_cookie
from rooms.public_urls import is_own_origin, join_url, public_origin
from rooms.session.room_lookup import look_up
from rooms.session.seat_links import redeem_seat
from rooms.storage.room_summary import RoomSummary
from rooms.web.error_responses import answer_room_errors
from rooms.web.forms import packs_as_json
from rooms.web.setting_fields import SETTING_FIELDS


def spaced_code(code: str) -> str:
    """The room code in two groups: ``ABC 234``."""
    return f"{code[:3]} {code[3:]}"


@require_safe
@answer_room_errors
async def player(request: HttpRequest, code: str) -> HttpResponse:
    """The player page, which the QR code opens."""
    summary = await look_up(client_key(request), code)
    if summary is None:
        return unknown_room(request, code)
    context = _room_context(request, code, "player")
    context["page_data"]["entry"] = _entry(summary)
    secret = host_secret(request, code)
    if secret is not None and not is_host_secret(secret, summary):
        context["page_data"]["was-host"] = "yes"
    return render(request, "player.html", context | {"host_name": summary.host_name})


@require_safe
@answer_room_errors
async def host(request: HttpRequest, code: str) -> HttpResponse:
    """The host page: for the browser with the host's cookie and for the account that created the room."""
    summary = await look_up(client_key(request), code)
    if summary is None:
        return unknown_room(request, code)
    secret, creator_pass = host_secret(request, code), None
    if (secret is None or not is_host_secret(secret, summary)) and await _is_creator(request, summary):
        secret = creator_pass = new_creator_pass(code, summary.created_at_ms)
    response: HttpResponse
    if secret is None:
        context = {"code": code, "spaced_code": spaced_code(code)}
        return render(request, "not_host.html", context, status=HTTPStatus.FORBIDDEN)
    if is_host_secret(secret, summary):
        packs = packs_as_json((await load_library()).packs(owner_id=summary.creator_id))
        response = render(
            request,
            "host.html",
            _room_context(request, code, "host") | {"packs": packs, "setting_fields": SETTING_FIELDS},
        )
    else:
        # The host's role has moved on; this browser's seat is a player's.
        response = HttpResponseRedirect(reverse("player", args=[code]))
    if creator_pass is not None:
        set_host_cookie(response, code, creator_pass)
    return response


@require_safe
@answer_room_errors
async def stage(request: HttpRequest, code: str) -> HttpResponse:
    """The stage: the big screen, which shows no secrets."""
    if await look_up(client_key(request), code) is None:
        return unknown_room(request, code)
    return render(request, "stage.html", _room_context(request, code, "spectator"))


@require_http_methods(["GET", "HEAD", "POST"])
@answer_room_errors
async def seat(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """A seat link: GET shows the page, POST redeems the token, once."""
    if await look_up(client_key(request), code) is None:
        return unknown_room(request, code)
    if request.method != "POST":
        return render(request, "seat.html", _room_context(request, code, "player"))
    session = await redeem_seat(code, token)
    if session is None:
        message = _("This link was used already, or it is older than two minutes. Make a new one on the other phone.")
        return JsonResponse({"error": {"code": "SESSION_EXPIRED", "message": message}}, status=HTTPStatus.GONE)
    if session.is_host:
        response = JsonResponse({"url": reverse("host", args=[code])})
        set_host_cookie(response, code, session.secret)
        return response
    return JsonResponse({"url": reverse("player", args=[code]), "sessionId": session.secret})


@require_safe
def qr_code(request: HttpRequest, code: str) -> HttpResponse:
    """QR code of the player page's URL, as SVG. ``?origin=`` is the one in the text beside it, if that is this site's.

    Only then it may be kept: a picture is never older than its text.
    """
    origin = request.GET.get("origin", "")
    is_named = is_own_origin(origin)
    if not is_named:
        origin = public_origin(request.get_host(), request.is_secure())
    response = HttpResponse(qr_svg(join_url(origin, code)), content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=3600" if is_named else "no-store"
    return response


@functools.lru_cache(maxsize=512)
def qr_svg(text: str) -> bytes:
    """``text`` as a scalable SVG QR code with the quiet zone that scanners need."""
    picture = BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", border=3, omitsize=True, light="#fff")
    return picture.getvalue()


def unknown_room(request: HttpRequest, code: str) -> HttpResponse:
    """404: the room never existed or is closed."""
    context = {"code": code, "spaced_code": spaced_code(code)}
    return render(request, "unknown_room.html", context, status=HTTPStatus.NOT_FOUND)


def _room_context(request: HttpRequest, code: str, role: str) -> dict[str, Any]:
    origin = public_origin(request.get_host(), request.is_secure())
    url = join_url(origin, code)
    stage_url = reverse("stage", args=[code])
    qr_url = f"{reverse('qr-code', args=[code])}?{urlencode({'origin': origin})}"
    return {
        "code": code,
        "spaced_code": spaced_code(code),
        "join_url": url,
        "join_url_short": url.split("://", 1)[1],
        "stage_url": stage_url,
        "qr_url": qr_url,
        "is_lan": settings.LAN_MODE,
        "page_data": {
            "code": code,
            "role": role,
            "ws": f"/ws/?roomId={code}",
            "join-url": url,
            "stage-url": stage_url,
            "qr-url": qr_url,
            "player-url": reverse("player", args=[code]),
            "home-url": reverse("home"),
            "results-url": f"{origin}/results/",
        },
    }


async def _is_creator(request: HttpRequest, summary: RoomSummary) -> bool:
    return summary.creator_id is not None and await account_id(request) == summary.creator_id


def _entry(summary: RoomSummary) -> str:
    """Whether a new player may join: ``open``, ``full`` or ``locked``. A seated player always may."""
    if summary.joinable:
        return "open"
    return "full" if summary.player_count >= summary.max_players else "locked"
