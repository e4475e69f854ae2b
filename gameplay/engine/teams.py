"""Teams: their setup, the assignment of players, and balance."""

from collections.abc import Sequence
from itertools import combinations
from random import Random
from typing import NamedTuple

from gameplay.engine import names
from gameplay.engine.commands import AssignPlayer, CancelTeamSetup, JoinTeam, ShuffleTeams, StartTeamSetup
from gameplay.engine.errors import BadSettings, IllegalMove, NameTaken, TooFewPlayers, UnknownPlayer, UnknownTeam
from gameplay.engine.events import (
    PlayerAssignedTeam,
    Resync,
    SettingsUpdated,
    TeamSetupCancelled,
    TeamSetupStarted,
    TeamView,
)
from gameplay.engine.model import MAX_TEAMS, MIN_TEAMS, FormerPlayer, Member, Room, Team, with_num_teams
from gameplay.engine.states import GameEvent, RoomState
from gameplay.engine.step import Step

STYLES = (
    ("Team Red", "#E5383B"),
    ("Team Blue", "#2F6FED"),
    ("Team Green", "#1E9E5A"),
    ("Team Gold", "#E0A100"),
    ("Team Purple", "#8E4EC6"),
)


def views(room: Room) -> tuple[TeamView, ...]:
    """The public views of the teams."""
    return tuple(
        TeamView(id=team.id, name=team.name, color=team.color, players=tuple(team.players), score=team.score)
        for team in room.teams
    )


def clean_names(wanted: Sequence[str]) -> tuple[str, ...]:
    """Validate names for the first teams; a blank one stands for the default name.

    Raises `NameInvalid`, and `NameTaken` if two of all possible teams would have confusable names.
    """
    cleaned = tuple(names.clean(name) if name.strip() else "" for name in wanted[:MAX_TEAMS])
    called = [_name(index, cleaned) for index in range(MAX_TEAMS)]
    if any(names.are_confusable(one, other) for one, other in combinations(called, 2)):
        raise NameTaken("Two teams would have the same name.")
    return cleaned


def start_setup(step: Step, actor_id: str, command: StartTeamSetup) -> None:
    """Create empty teams and start their setup; during a setup of as many teams nothing changes.

    Raises `BadSettings` for a number out of range, `TooFewPlayers`, and `IllegalMove` during a setup of other teams.
    """
    room = step.room
    number = room.settings.num_teams if command.num_teams is None else command.num_teams
    if not MIN_TEAMS <= number <= MAX_TEAMS:
        raise BadSettings(f"A game has {MIN_TEAMS} to {MAX_TEAMS} teams.")
    if room.state in (RoomState.TEAM_SETUP, RoomState.READY_TO_START):
        if number != len(room.teams):
            raise IllegalMove("The teams are being made already.")
        return
    if len(room.players) < number:
        raise TooFewPlayers("There are fewer players than teams.")
    changed = number != room.settings.num_teams
    room.settings = with_num_teams(room.settings, number)
    create_teams(room)
    step.move(GameEvent.HOST_START_SETUP)
    if changed:
        step.emit(SettingsUpdated(settings=room.settings))
    step.emit(TeamSetupStarted(teams=views(room)))


def create_teams(room: Room) -> None:
    """Replace the room's teams by ``num_teams`` empty ones; all players, former ones too, lose their team."""
    room.teams = [_new(room, index) for index in range(room.settings.num_teams)]
    _clear_teams(room)


def resize(step: Step) -> None:
    """During the setup: add or remove teams after the settings. Players of a removed team lose it."""
    room = step.room
    kept = room.teams[: room.settings.num_teams]
    for team in room.teams[len(kept) :]:
        for player_id in team.players:
            room.members[player_id].team_id = None
    for former in room.former_players:
        if all(team.id != former.team_id for team in kept):
            former.team_id = None
    room.teams = kept + [_new(room, index) for index in range(len(kept), room.settings.num_teams)]
    step.move(GameEvent.PLAYER_ASSIGNED)
    step.emit(TeamSetupStarted(teams=views(room)))
    check_balance(step)


def cancel_setup(step: Step, actor_id: str, command: CancelTeamSetup) -> None:
    """Return to the lobby, without teams."""
    step.room.teams = []
    _clear_teams(step.room)
    step.move(GameEvent.HOST_CANCEL_SETUP)
    step.emit(TeamSetupCancelled())


def join_team(step: Step, actor_id: str, command: JoinTeam) -> None:
    """Assign a player to a team on their own command. Raises `UnknownTeam`."""
    _assign(step, step.room.members[actor_id], command.team_id)


def assign_player(step: Step, actor_id: str, command: AssignPlayer) -> None:
    """Assign a player to a team on the host's command. Raises `UnknownPlayer`, `UnknownTeam`."""
    player = step.room.members.get(command.player_id)
    if player is None or not player.seated:
        raise UnknownPlayer("There is no such player.")
    _assign(step, player, command.team_id)


def shuffle(step: Step, actor_id: str, command: ShuffleTeams) -> None:
    """Distribute all players over the teams at random; sizes differ by at most one. Former players come last.

    Raises `TooFewPlayers`.
    """
    room = step.room
    players = room.players
    if len(players) < len(room.teams):
        raise TooFewPlayers("There are fewer players than teams.")
    Random(f"{room.seed}:teams:{room.state_version}").shuffle(players)  # noqa: S311
    for team in room.teams:
        team.players = []
        team.rotation = 0
    for index, player in enumerate(players):
        team = room.teams[index % len(room.teams)]
        team.players.append(player.id)
        player.team_id = team.id
    for index, former in enumerate(room.former_players, start=len(players)):
        former.team_id = room.teams[index % len(room.teams)].id
        former.team_index, former.was_due = len(room.members), True
    step.move(GameEvent.PLAYER_ASSIGNED)
    teams = views(room)
    for player in room.players:
        if player.team_id is not None:
            step.emit(PlayerAssignedTeam(player_id=player.id, team_id=player.team_id, teams=teams))
    if room.former_players:
        step.emit(Resync())
    check_balance(step)


def seat_latecomers(step: Step) -> None:
    """Before a round: all connected players take part; those without a team join the smallest."""
    room = step.room
    for player in room.players:
        if not player.connected:
            continue
        player.sitting_out = False
        if player.team_id is None:
            team = min(room.teams, key=lambda team: len(team.players))
            team.players.append(player.id)
            player.team_id = team.id
            step.move(GameEvent.PLAYER_ASSIGNED)
            step.emit(PlayerAssignedTeam(player_id=player.id, team_id=team.id, teams=views(room)))


def leave_team(room: Room, player: Member) -> None:
    """Remove ``player`` from their team; the order of explaining does not change for the others."""
    team = room.team(player.team_id)
    player.team_id = None
    if team is None:
        return
    index = team.players.index(player.id)
    team.players.remove(player.id)
    if index < team.rotation:
        team.rotation -= 1


class Place(NamedTuple):
    """A place in a team's rotation: its number, former players counted, and whether the turn is still to come."""

    number: int
    is_due: bool


def place_of(room: Room, player: Member) -> Place:
    """The place of ``player`` in their team; without a team the first one."""
    team = room.team(player.team_id)
    if team is None:
        return Place(0, True)
    return Place(_order(room, team).index(player.id), team.players.index(player.id) >= team.rotation)


def rejoin_team(room: Room, player: Member, former: FormerPlayer) -> None:
    """Put a player who is back into their former team and place, if that team still exists."""
    team = room.team(former.team_id)
    if team is None:
        return
    order = _order(room, team, former)
    index = sum(player_id in team.players for player_id in order[: order.index(player.id)])
    team.players.insert(index, player.id)
    player.team_id = team.id
    if index < team.rotation or (index == team.rotation and not former.was_due):
        team.rotation += 1


def _order(room: Room, team: Team, *also: FormerPlayer) -> list[str]:
    """The team's players and former players, in the order in which they explain."""
    order = list(team.players)
    former_players = [former for former in room.former_players if former.team_id == team.id]
    for former in sorted((*former_players, *also), key=lambda former: former.team_index):
        order.insert(former.team_index, former.id)
    return order


def check_balance(step: Step) -> None:
    """During the setup: move to ``READY_TO_START`` if the teams are balanced."""
    if step.room.state is RoomState.TEAM_SETUP and step.room.is_balanced:
        step.move(GameEvent.TEAMS_BALANCED)


def _clear_teams(room: Room) -> None:
    for player in room.players:
        player.team_id = None
    for former in room.former_players:
        former.team_id = None


def _new(room: Room, index: int) -> Team:
    return Team(id=f"team_{index + 1}", name=_name(index, room.team_names), color=STYLES[index][1])


def _name(index: int, wanted: tuple[str, ...]) -> str:
    return (wanted[index] if index < len(wanted) else "") or STYLES[index][0]


def _assign(step: Step, player: Member, team_id: str) -> None:
    room = step.room
    team = room.team(team_id)
    if team is None:
        raise UnknownTeam("There is no such team.")
    if player.team_id == team_id:
        return
    leave_team(room, player)
    team.players.append(player.id)
    player.team_id = team.id
    step.move(GameEvent.PLAYER_ASSIGNED)
    step.emit(PlayerAssignedTeam(player_id=player.id, team_id=team.id, teams=views(room)))
    check_balance(step)
