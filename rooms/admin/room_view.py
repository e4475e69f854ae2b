"""One room as the admin shows it: as its worker has it, or, when that does not answer, as Redis has it."""

from dataclasses import dataclass

import msgspec
from asgiref.sync import async_to_sync
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gameplay.engine import snapshot
from gameplay.engine.states import IN_ROUND
from rooms.admin.event_text import Line, chronicle
from rooms.admin.permissions import User, may_see
from rooms.admin.redis_reads import reading, rooms_redis
from rooms.admin.worker_calls import Unanswered, ask
from rooms.cluster.room_rpc import NoSuchRoom, describe
from rooms.live.details import MemberDetails, RoomDetails, details_of_saved
from rooms.storage.keys import room_keys
from rooms.storage.restore import load_event_log
from rooms.storage.store import StoredRoom
from rooms.storage.summary import RoomSummary
from rooms.storage.write_behind import SaveState


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody in the room, ready to be shown. ``connection`` says in words how their line is doing."""

    id: str
    name: str
    team: str
    is_host: bool
    is_seated: bool
    sitting_out: bool
    connected: bool
    connection: str
    round_trip_ms: int | None
    version: str | None


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team, ready to be shown; ``players`` are names."""

    name: str
    score: int
    players: list[str]
    is_playing: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """A room, and what is wrong with what is known of it; ``trouble`` is empty while its worker answers."""

    summary: RoomSummary
    picture: RoomDetails
    trouble: str

    @property
    def events(self) -> list[Line]:
        """The last events, the latest first."""
        return chronicle(self.picture)

    @property
    def people(self) -> list[PersonLine]:
        """Everybody who belongs to the room, the host first."""
        teams = {team.id: team.name for team in self.picture.state.teams}
        people = sorted(self.picture.people, key=lambda person: not person.is_host)
        return [_person_line(person, teams) for person in people]

    @property
    def teams(self) -> list[TeamLine]:
        """The teams in their order."""
        state = self.picture.state
        names = {person.id: person.name for person in self.picture.people}
        is_in_round = state.state in IN_ROUND
        return [
            TeamLine(
                team.name,
                team.score,
                [names.get(player, player) for player in team.players],
                is_in_round and team.id == state.active_team_id,
            )
            for team in state.teams
        ]

    @property
    def settings(self) -> list[tuple[str, str]]:
        """The rules of the room, named as on the wire."""
        chosen = msgspec.to_builtins(self.picture.state.settings)
        return [(name, _shown(value)) for name, value in chosen.items()]


def inspect(code: str, user: User) -> Inspection | None:
    """The room, None if there is none or none that this user may see. Raises `Unavailable`."""
    with reading():
        pipeline = rooms_redis().pipeline(transaction=False)
        state_key, _deck_key, log_key, _owner_key = room_keys(code)
        pipeline.hmget(state_key, "facts", "state", "worker", "epoch", "revision", "saved_at")
        pipeline.lrange(log_key, 0, -1)
        (told, state, owner, epoch, revision, saved_at), log = pipeline.execute()
    if told is None or not may_see(user, summary := msgspec.json.decode(told, type=RoomSummary)):
        return None
    # A room that sleeps is not woken up by being looked at.
    trouble = _("Nobody is in this room. It sleeps in Redis.")
    if owner:
        try:
            return Inspection(summary, async_to_sync(_describe)(code, owner.decode()), "")
        except NoSuchRoom:
            return None
        except Unanswered as error:
            trouble = _("%(why)s This is the room as it was last written.") % {"why": error}
    found = StoredRoom(int(epoch), int(revision), int(saved_at), state, None, log)
    return Inspection(summary, _picture_of(found, owner.decode()), trouble)


async def _describe(code: str, owner: str) -> RoomDetails:
    return await ask(describe(code), owner)


def _picture_of(found: StoredRoom, worker: str) -> RoomDetails:
    room = snapshot.load(found.state, found.deck)
    save_state = SaveState(found.epoch, found.revision, saved_at_ms=found.frozen_at_ms)
    return details_of_saved(room, load_event_log(found, room), save_state, worker)


_CONNECTIONS = {
    "ok": gettext_lazy("connected"),
    "warning": gettext_lazy("lost"),
    "lost": gettext_lazy("lost for long"),
    "degraded": gettext_lazy("unstable"),
}


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)


def _person_line(person: MemberDetails, teams: dict[str, str]) -> PersonLine:
    is_away = not person.connected and person.connection_state == "ok"
    return PersonLine(
        id=person.id,
        name=person.name,
        team=teams.get(person.team_id or "", ""),
        is_host=person.is_host,
        is_seated=person.is_seated,
        sitting_out=person.sitting_out,
        connected=person.connected,
        connection=_("away") if is_away else str(_CONNECTIONS[person.connection_state]),
        round_trip_ms=person.round_trip_ms,
        version=person.version,
    )
