"""The last events of a room as sentences. What is told of an event is named here; words never are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gameplay.engine import events
from rooms.admin.list_query import STATE_NAMES
from rooms.live.details import EventDetails, RoomDetails
from rooms.protocol.messages import Notice

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One event. ``text`` is empty for types that need no explanation."""

    sequence_id: int
    at_ms: int
    type: str
    text: str


class Names:
    """What people and teams of a room are called; an id that nobody has any more is called by itself."""

    def __init__(self, picture: RoomDetails) -> None:
        self._names = {person.id: person.name for person in picture.people}
        self._names |= {team.id: team.name for team in picture.state.teams}

    def __getitem__(self, id_: object) -> str:
        return self._names.get(str(id_), str(id_))


def chronicle(picture: RoomDetails) -> list[Line]:
    """The picture's events, the latest first."""
    names = Names(picture)
    return [_line(event, names) for event in reversed(picture.events)]


def _line(event: EventDetails, names: Names) -> Line:
    tell = _SENTENCES.get(event.type)
    try:
        text = "" if tell is None else tell(msgspec.json.decode(event.payload), names)
    except KeyError:
        text = ""  # another version of PartyFlow has written it
    return Line(event.sequence_id, event.at_ms, event.type, text)


def _points(facts: Facts, names: Names) -> str:
    return _("%(team)s: %(points)+d, now %(score)d") % {
        "team": names[facts["teamId"]],
        "points": facts["pointsAwarded"],
        "score": facts["newScore"],
    }


def _word(facts: Facts, names: Names) -> str:
    return f"{_WHAT_BECAME_OF_IT[facts['action']]} · {_points(facts, names)}"


_WHAT_BECAME_OF_IT: "dict[str, _StrPromise]" = {
    "guessed": gettext_lazy("guessed"),
    "skipped": gettext_lazy("skipped"),
    "undone": gettext_lazy("taken back"),
}

_LINES: "dict[str, _StrPromise]" = {
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


def _person(facts: Facts, what: object) -> str:
    return f"{facts['playerName']}: {what}"


def _round(facts: Facts, names: Names) -> str:
    return _("round %(number)d: %(team)s, %(explainer)s explains") % {
        "number": facts["roundNumber"],
        "team": names[facts["activeTeamId"]],
        "explainer": names[facts["explainerPlayerId"]],
    }


def _round_end(facts: Facts, names: Names) -> str:
    return _("round %(number)d: %(guessed)d guessed, %(skipped)d skipped, %(points)d points") % {
        "number": facts["roundNumber"],
        "guessed": facts["wordsGuessed"],
        "skipped": facts["wordsSkipped"],
        "points": facts["pointsEarned"],
    }


_SENTENCES: dict[str, Callable[[Facts, Names], str]] = {
    events.RoomCreated.TYPE: lambda facts, names: str(facts["hostName"]),
    events.PlayerJoined.TYPE: lambda facts, names: str(facts["playerName"]),
    events.PlayerLeft.TYPE: lambda facts, names: _person(facts, _REASONS[facts["reason"]]),
    events.PlayerConnection.TYPE: lambda facts, names: f"{names[facts['playerId']]}: {_LINES[facts['status']]}",
    events.StateChanged.TYPE: lambda facts, names: str(STATE_NAMES.get(facts["state"], facts["state"])),
    events.PlayerAssignedTeam.TYPE: lambda facts, names: f"{names[facts['playerId']]}: {names[facts['teamId']]}",
    events.RoundStarted.TYPE: _round,
    events.WordResult.TYPE: _word,
    events.WordCorrected.TYPE: _word,
    events.GamePaused.TYPE: lambda facts, names: str(facts["message"]),
    events.RoundEnded.TYPE: _round_end,
    events.HostChanged.TYPE: lambda facts, names: f"{facts['hostName']}: {_REASONS[facts['reason']]}",
    Notice.TYPE: lambda facts, names: str(facts["message"]),
}
