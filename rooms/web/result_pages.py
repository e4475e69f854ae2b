"""The public page of a game's result, with its share image and QR code, for 30 days after the game.

The page's id is its only protection (128 random bits); it shows what the game's own screens showed at the end.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from operator import itemgetter
from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gameplay.models import GameResult
from gameplay.results.retention import PUBLIC_FOR, find_shared
from rooms.cluster.node import running_node
from rooms.public_urls import public_origin
from rooms.web.isolation import isolate
from rooms.web.room_pages import qr_svg
from rooms.web.share_image import HEIGHT, WIDTH, drawn_name, png_of, svg_of

KEPT_BY_BROWSERS_S = 300


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round in the page's table."""

    number: int
    team_name: str
    team_number: str
    explainer: str
    guessed: int
    skipped: int
    points: int


def headline(result: GameResult, name_of: Callable[[Mapping[str, Any]], str] = itemgetter("name")) -> str:
    """ "Team Red wins!", or the teams that tie for the first place."""
    first = [name_of(team) for team in result.teams if team["rank"] == 1]
    if len(first) == 1:
        return _("%(team)s wins!") % {"team": first[0]}
    if len(first) == 2:
        return _("A tie: %(one)s and %(other)s") % {"one": first[0], "other": first[1]}
    return ngettext("A tie of %(count)s team", "A tie of %(count)s teams", len(first)) % {"count": len(first)}


def summary_text(result: GameResult) -> str:
    """ "12 minutes · 96 words"."""
    minutes, words = round(result.duration_s / 60), result.words_guessed + result.words_skipped
    return " · ".join(
        (
            ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes},
            ngettext("%(count)s word", "%(count)s words", words) % {"count": words},
        )
    )


@require_safe
async def page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The result page; it works without scripts."""
    result = await _find(public_id)
    if result is None:
        return await _not_found(request, public_id)
    url = public_origin(request.get_host(), request.is_secure()) + reverse("result", args=[public_id])
    scores = ", ".join(f"{team['name']} {team['score']}" for team in result.teams)
    context: dict[str, Any] = {
        "result": result,
        "headline": headline(result),
        "headline_with_names": headline(result, lambda team: isolate(team["name"])),
        "summary": summary_text(result),
        "description": f"{scores} · {summary_text(result)}",
        "teams": [{**team, "number": team["id"].rpartition("_")[2]} for team in result.teams],
        "rounds": _round_rows(result),
        "url": url,
        "image_width": WIDTH,
        "image_height": HEIGHT,
        "days": PUBLIC_FOR.days,
        "is_being_saved": _is_being_saved(result),
    }
    return _uncached_until_saved(result, render(request, "results/page.html", context))


@require_safe
async def picture(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The share image, as ``svg`` or ``png``."""
    result = await _find(public_id)
    if result is None:
        return await _not_found(request, public_id)
    svg = svg_of(result, headline(result, drawn_name), summary_text(result))
    if kind == "svg":
        return _uncached_until_saved(result, HttpResponse(svg, content_type="image/svg+xml"))
    png = await asyncio.to_thread(png_of, svg)
    return _uncached_until_saved(result, HttpResponse(png, content_type="image/png"))


@require_safe
@never_cache
def qr_code(request: HttpRequest, public_id: str) -> HttpResponse:
    """QR code of the page's URL, for the stage; made without checking that the page exists."""
    url = public_origin(request.get_host(), request.is_secure()) + reverse("result", args=[public_id])
    return HttpResponse(qr_svg(url), content_type="image/svg+xml")


async def _find(public_id: str) -> GameResult | None:
    """The public result, from the database or, while it is not there yet, from the worker that saves it.

    Raises `django.db.Error` if the database is unavailable and no worker has the result.
    """
    failure: DatabaseError | None = None
    try:
        found = await find_shared(public_id)
    except DatabaseError as error:
        found, failure = None, error
    node = running_node()
    if found is None and node is not None:
        found = await node.results.find(public_id)
    if found is None and failure is not None:
        raise failure
    return found


def _is_being_saved(result: GameResult) -> bool:
    return result.pk is None


def _uncached_until_saved(result: GameResult, response: HttpResponse) -> HttpResponse:
    if _is_being_saved(result):
        response["Cache-Control"] = "no-store"
    return _unlisted(response)


def _round_rows(result: GameResult) -> list[RoundRow]:
    names = {team["id"]: team["name"] for team in result.teams}
    return [
        RoundRow(
            number=played["roundNumber"],
            team_name=names.get(played["teamId"], ""),
            team_number=played["teamId"].rpartition("_")[2],
            explainer=played["explainer"],
            guessed=played["wordsGuessed"],
            skipped=played["wordsSkipped"],
            points=played["points"],
        )
        for played in result.rounds
    ]


async def _not_found(request: HttpRequest, public_id: str) -> HttpResponse:
    """410 for a result that only its host still sees; 404 for one that is deleted or never existed."""
    was_here = await GameResult.objects.filter(public_id=public_id).aexists()
    status = HTTPStatus.GONE if was_here else HTTPStatus.NOT_FOUND
    response = render(request, "results/gone.html", {"days": PUBLIC_FOR.days}, status=status)
    # The result may be written within the next seconds.
    response["Cache-Control"] = "no-store"
    return _unlisted(response)


def _unlisted(response: HttpResponse) -> HttpResponse:
    response.setdefault("Cache-Control", f"public, max-age={KEPT_BY_BROWSERS_S}")
    response["X-Robots-Tag"] = "noindex"
    return response
