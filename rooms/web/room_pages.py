"""A room's pages: a player's phone, the host's screen, the big screen, and what says that none of them is there."""

import functools
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from io import BytesIO
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from gameplay.words.library import load_library
from rooms.access.accounts import account_id
from rooms.access.client_key import peer_of
from rooms.access.creator_pass import is_hosts, new_owner_pass
from rooms.access.sessions import host_secret, set_host_cookie
from rooms.cluster.registry import RoomFacts
from rooms.errors import RateLimited, Unavailable
from rooms.public_urls import join_url, origin_for_phones
from rooms.session.room_lookup import look_up
from rooms.session.seat_links import redeem_seat
from rooms.web.forms import packs_as_json
from rooms.web.rate_limit import too_many_requests

RETRY_AFTER_S = 5

AsyncView = Callable[..., Coroutine[Any, Any, HttpResponse]]


def spaced(code: str) -> str:
    """``ABC 234``: easier to read out."""
    return f"{code[:3]} {code[3:]}"


def answering_unavailable(view: AsyncView) -> AsyncView:
    """While rooms cannot be read or written, and for whoever asks too often: a page that says to try again later."""

    @functools.wraps(view)
    async def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return await view(request, *args, **kwargs)
        except RateLimited as excess:
            return too_many_requests(request, excess)
        except Unavailable:
            response = render(request, "503.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
            response["Retry-After"] = str(RETRY_AFTER_S)
            return response

    return answer


@require_GET
@answering_unavailable
async def player(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR code opens: a name and nothing else, then the game on this phone."""
    facts = await look_up(peer_of(request), code)
    if facts is None:
        return unknown_room(request, code)
    context = _room_context(request, code, "player")
    context["page_data"]["entry"] = _entry(facts)
    secret = host_secret(request, code)
    if secret is not None and not is_hosts(secret, facts):
        context["page_data"]["was-host"] = "yes"
    return render(request, "player.html", context | {"host_name": facts.host_name})


@require_GET
@answering_unavailable
async def host(request: HttpRequest, code: str) -> HttpResponse:
    """The host's page, for the browser that made the room, and for whoever made it with the account they are in."""
    facts = await look_up(peer_of(request), code)
    if facts is None:
        return unknown_room(request, code)
    secret, owner_pass = host_secret(request, code), None
    if (secret is None or not is_hosts(secret, facts)) and await _is_owner(request, facts):
        secret = owner_pass = new_owner_pass(code, facts.created_at_ms)
    response: HttpResponse
    if secret is None:
        context = {"code": code, "spaced_code": spaced(code)}
        return render(request, "not_host.html", context, status=HTTPStatus.FORBIDDEN)
    if is_hosts(secret, facts):
        packs = packs_as_json((await load_library()).packs(owner_id=facts.creator_id))
        response = render(request, "host.html", _room_context(request, code, "host") | {"packs": packs})
    else:
        # Somebody else has been made the host meanwhile; this browser's seat is a player's now.
        response = HttpResponseRedirect(reverse("player", args=[code]))
    if owner_pass is not None:
        set_host_cookie(response, code, owner_pass)
    return response


@require_GET
@answering_unavailable
async def stage(request: HttpRequest, code: str) -> HttpResponse:
    """The big screen: everything that everybody may see."""
    if await look_up(peer_of(request), code) is None:
        return unknown_room(request, code)
    return render(request, "stage.html", _room_context(request, code, "spectator"))


@require_http_methods(["GET", "POST"])
@answering_unavailable
async def seat(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """Take a seat over on this phone. Looking at the page uses nothing up; only the button does."""
    if await look_up(peer_of(request), code) is None:
        return unknown_room(request, code)
    if request.method == "GET":
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


@require_GET
@cache_control(public=True, max_age=3600)
def qr_code(request: HttpRequest, code: str) -> HttpResponse:
    """The address of the room's player page, as a picture."""
    origin = origin_for_phones(request.get_host(), request.is_secure())
    return HttpResponse(qr_svg(join_url(origin, code)), content_type="image/svg+xml")


@functools.lru_cache(maxsize=512)
def qr_svg(text: str) -> bytes:
    """``text`` as an SVG that scales to any size, with the quiet border that scanners need."""
    picture = BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", border=3, omitsize=True, light="#fff")
    return picture.getvalue()


def unknown_room(request: HttpRequest, code: str) -> HttpResponse:
    """404: the room never was, or is closed."""
    context = {"code": code, "spaced_code": spaced(code)}
    return render(request, "unknown_room.html", context, status=HTTPStatus.NOT_FOUND)


def _room_context(request: HttpRequest, code: str, role: str) -> dict[str, Any]:
    origin = origin_for_phones(request.get_host(), request.is_secure())
    url = join_url(origin, code)
    stage_url = reverse("stage", args=[code])
    qr_url = reverse("qr-code", args=[code])
    return {
        "code": code,
        "spaced_code": spaced(code),
        "join_url": url,
        "join_url_short": url.split("://", 1)[1],
        "stage_url": stage_url,
        "qr_url": qr_url,
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


async def _is_owner(request: HttpRequest, facts: RoomFacts) -> bool:
    return facts.creator_id is not None and await account_id(request) == facts.creator_id


def _entry(facts: RoomFacts) -> str:
    """Whether somebody new gets in: ``open``, ``full`` or ``locked``. Who has a seat always does."""
    if facts.joinable:
        return "open"
    return "full" if facts.player_count >= facts.max_players else "locked"
