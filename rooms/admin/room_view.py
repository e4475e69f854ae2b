"""A room as the administration shows it: live from its worker, or as last saved if that does not answer."""

from dataclasses import dataclass

import msgspec
from asgiref.sync import async_to_sync
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gameplay.engine import snapshot
from gameplay.engine.states import IN_ROUND
from rooms.admin.event_text import EventText, describe_events
from rooms.admin.permissions import User, may_view_room
from rooms.admin.redis_reads import redis_errors_as_unavailable, rooms_redis
from rooms.admin.worker_calls import CallFailed, call_worker
from rooms.cluster.room_rpc.client import describe
from rooms.cluster.room_rpc.messages import NoSuchRoom
from rooms.live.room_details import MemberDetails, RoomDetails, details_of_saved
from rooms.storage.keys import room_keys
from rooms.storage.restore import load_event_log
from rooms.storage.room_summary import RoomSummary
from rooms.storage.store import StoredRoom
from rooms.storage.write_behind import SaveState


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as a table row. ``connection`` is the state of their connection in words."""

    member: MemberDetails
    team: str
    connection: str


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team as a table row; ``players`` are names."""

    name: str
    score: int
    players: list[str]
    is_playing: bool


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room. ``problem`` says why ``details`` are as last saved; empty if they are live."""

    summary: RoomSummary
    details: RoomDetails
    problem: str

    @property
    def events(self) -> list[EventText]:
        """The latest events, newest first."""
        return describe_events(self.details)

    @property
    def members(self) -> list[MemberRow]:
        """The members, the host first."""
        teams = {team.id: team.name for team in self.details.state.teams}
        members = sorted(self.details.people, key=lambda member: not member.is_host)
        return [_member_row(member, teams) for member in members]

    @property
    def teams(self) -> list[TeamRow]:
        """The teams in their order."""
        state = self.details.state
        names = {member.id: member.name for member in self.details.people}
        is_in_round = state.state in IN_ROUND
        return [
            TeamRow(
                team.name,
                team.score,
                [names.get(player, player) for player in team.players],
                is_in_round and team.id == state.active_team_id,
            )
            for team in state.teams
        ]

    @property
    def settings(self) -> list[tuple[str, str]]:
        """The room's settings, named as on the wire."""
        chosen = msgspec.to_builtins(self.details.state.settings)
        return [(name, _format_value(value)) for name, value in chosen.items()]


def load_room_view(code: str, user: User) -> RoomView | None:
    """The room; None if it does not exist or the user may not view it. Raises `Unavailable`."""
    with redis_errors_as_unavailable():
        pipeline = rooms_redis().pipeline(transaction=False)
        state_key, _deck_key, log_key, _owner_key = room_keys(code)
        pipeline.hmget(state_key, "facts", "state", "worker", "epoch", "revision", "saved_at")
        pipeline.lrange(log_key, 0, -1)
        (summary_json, state, owner, epoch, revision, saved_at), log = pipeline.execute()
    if summary_json is None or not may_view_room(user, summary := msgspec.json.decode(summary_json, type=RoomSummary)):
        return None
    # Viewing a room must not load it: only a worker that has it already is called.
    problem = _("Nobody is in this room. It sleeps in Redis.")
    if owner:
        try:
            return RoomView(summary, async_to_sync(_describe)(code, owner.decode()), "")
        except NoSuchRoom:
            return None
        except CallFailed as error:
            problem = _("%(why)s This is the room as it was last written.") % {"why": error}
    stored = StoredRoom(int(epoch), int(revision), int(saved_at), state, None, log)
    return RoomView(summary, _saved_details(stored, owner.decode()), problem)


async def _describe(code: str, owner: str) -> RoomDetails:
    return await call_worker(describe(code), owner)


def _saved_details(stored: StoredRoom, worker: str) -> RoomDetails:
    room = snapshot.load(stored.state, stored.deck)
    save_state = SaveState(stored.epoch, stored.revision, saved_at_ms=stored.frozen_at_ms)
    return details_of_saved(room, load_event_log(stored, room), save_state, worker)


_CONNECTION_TEXTS = {
    "ok": gettext_lazy("connected"),
    "warning": gettext_lazy("lost"),
    "lost": gettext_lazy("lost for long"),
    "degraded": gettext_lazy("unstable"),
}


def _format_value(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)


def _member_row(member: MemberDetails, teams: dict[str, str]) -> MemberRow:
    is_away = not member.connected and member.connection_state == "ok"
    connection = _("away") if is_away else str(_CONNECTION_TEXTS[member.connection_state])
    return MemberRow(member, teams.get(member.team_id or "", ""), connection)
