"""Descriptions of a room's latest events for administrators. Each names the fields it shows; words are never shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gameplay.engine import events
from rooms.admin.list_query import STATE_NAMES
from rooms.live.room_details import EventDetails, RoomDetails
from rooms.protocol.messages import Notice
from rooms.web.isolation import isolate

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventText:
    """An event with its description, empty for types that need none."""

    sequence_id: int
    at_ms: int
    type: str
    text: str


class Names:
    """Names of a room's members and teams by id, marked; unknown ids are shown as they are."""

    def __init__(self, details: RoomDetails) -> None:
        self._names = {person.id: person.name for person in details.people}
        self._names |= {team.id: team.name for team in details.state.teams}

    def __getitem__(self, id_: object) -> str:
        return isolate(self._names.get(str(id_), str(id_)))


def describe_events(details: RoomDetails) -> list[EventText]:
    """The latest events, newest first."""
    names = Names(details)
    return [_event_text(event, names) for event in reversed(details.events)]


def _event_text(event: EventDetails, names: Names) -> EventText:
    describe = _DESCRIPTIONS.get(event.type)
    try:
        text = "" if describe is None else describe(msgspec.json.decode(event.payload), names)
    except KeyError:
        text = ""  # written by another version of PartyFlow
    return EventText(event.sequence_id, event.at_ms, event.type, text)


def _points(payload: Payload, names: Names) -> str:
    return _("%(team)s: %(points)+d, now %(score)d") % {
        "team": names[payload["teamId"]],
        "points": payload["pointsAwarded"],
        "score": payload["newScore"],
    }


def _word(payload: Payload, names: Names) -> str:
    return f"{_WORD_RESULTS[payload['action']]} · {_points(payload, names)}"


_WORD_RESULTS: "dict[str, _StrPromise]" = {
    "guessed": gettext_lazy("guessed"),
    "skipped": gettext_lazy("skipped"),
    "undone": gettext_lazy("taken back"),
}

_CONNECTION_CHANGES: "dict[str, _StrPromise]" = {
    "warning": gettext_lazy("connection lost"),
    "lost": gettext_lazy("away for long"),
    "connected": gettext_lazy("connected again"),
    "degraded": gettext_lazy("unstable connection"),
}

_REASONS: "dict[str, _StrPromise]" = {
    "disconnected": gettext_lazy("lost the connection"),
    "voluntary": gettext_lazy("left"),
    "kicked": gettext_lazy("was removed"),
    "transferred": gettext_lazy("handed over"),
}


def _about_player(payload: Payload, what: object) -> str:
    return f"{isolate(payload['playerName'])}: {what}"


def _round_start(payload: Payload, names: Names) -> str:
    return _("round %(number)d: %(team)s, %(explainer)s explains") % {
        "number": payload["roundNumber"],
        "team": names[payload["activeTeamId"]],
        "explainer": names[payload["explainerPlayerId"]],
    }


def _round_end(payload: Payload, names: Names) -> str:
    text = ngettext(
        "round %(number)d: %(guessed)d guessed, %(skipped)d skipped, %(points)d point",
        "round %(number)d: %(guessed)d guessed, %(skipped)d skipped, %(points)d points",
        payload["pointsEarned"],
    )
    return text % {
        "number": payload["roundNumber"],
        "guessed": payload["wordsGuessed"],
        "skipped": payload["wordsSkipped"],
        "points": payload["pointsEarned"],
    }


_DESCRIPTIONS: dict[str, Callable[[Payload, Names], str]] = {
    events.RoomCreated.TYPE: lambda payload, names: isolate(payload["hostName"]),
    events.PlayerJoined.TYPE: lambda payload, names: isolate(payload["playerName"]),
    events.PlayerLeft.TYPE: lambda payload, names: _about_player(payload, _REASONS[payload["reason"]]),
    events.PlayerConnection.TYPE: lambda payload, names: (
        f"{names[payload['playerId']]}: {_CONNECTION_CHANGES[payload['status']]}"
    ),
    events.StateChanged.TYPE: lambda payload, names: str(STATE_NAMES.get(payload["state"], payload["state"])),
    events.PlayerAssignedTeam.TYPE: lambda payload, names: f"{names[payload['playerId']]}: {names[payload['teamId']]}",
    events.RoundStarted.TYPE: _round_start,
    events.WordResult.TYPE: _word,
    events.WordCorrected.TYPE: _word,
    events.GamePaused.TYPE: lambda payload, names: str(payload["message"]),
    events.RoundEnded.TYPE: _round_end,
    events.HostChanged.TYPE: lambda payload, names: f"{isolate(payload['hostName'])}: {_REASONS[payload['reason']]}",
    Notice.TYPE: lambda payload, names: str(payload["message"]),
}
