"""The schedule of turns: an equal number for every team, then a tie-break (docs/spec.md §8.3)."""

from typing import NamedTuple

from gameplay.engine.model import Room, Team, Turn


class Schedule(NamedTuple):
    """The rest of the current cycle of turns. ``contenders`` are all teams, or those tied for first place."""

    queue: tuple[str, ...]
    cycle: int
    contenders: tuple[str, ...]


class NextTurn(NamedTuple):
    """The next turn and the schedule that leads to it; without a turn the game is over or waits for players."""

    turn: Turn | None
    is_over: bool
    schedule: Schedule


def initial_schedule(room: Room) -> Schedule:
    """The schedule at the start of a game."""
    teams = tuple(team.id for team in room.teams)
    return Schedule(teams, 1, teams)


def next_turn(room: Room, schedule: Schedule | None = None) -> NextTurn:
    """Compute the next turn from ``schedule`` (None: the room's), without changing the room.

    A team without a connected player loses its turn; if no contender has one the game waits.
    """
    schedule = schedule or current_schedule(room)
    while True:
        if _is_undisputed(room, schedule):
            return NextTurn(None, True, schedule)
        if not schedule.queue:
            following = _next_cycle(room, schedule)
            if following is None:
                return NextTurn(None, True, schedule)
            schedule = following
        if not any(_explainer(room, room.team(team_id)) for team_id in schedule.contenders):
            return NextTurn(None, False, schedule)
        explainer_id = _explainer(room, room.team(schedule.queue[0]))
        if explainer_id is not None:
            return NextTurn(Turn(team_id=schedule.queue[0], explainer_id=explainer_id), False, schedule)
        schedule = schedule._replace(queue=schedule.queue[1:])


def upcoming_turn(room: Room) -> Turn | None:
    """The turn after the review; None if the game will be over or every player is away."""
    return next_turn(room).turn


def is_played_out(room: Room) -> bool:
    """Whether all turns have been played and one team leads, or nobody is there to break the tie."""
    schedule = current_schedule(room)
    return _is_undisputed(room, schedule) or (not room.queue and _next_cycle(room, schedule) is None)


def tie_winner(room: Room) -> str | None:
    """The winner of a tie that is not played on, for want of players: the team that still has some, else the first one.

    None if there is no tie, or if it could be played on.
    """
    tied = _tied_for_first(room)
    playing = [team_id for team_id in tied if _can_play_on(room, team_id)]
    if len(tied) == 1 or len(playing) > 1:
        return None
    return (playing or tied)[0]


def current_schedule(room: Room) -> Schedule:
    """The schedule of the room."""
    return Schedule(tuple(room.queue), room.cycle, tuple(room.contenders))


def save_schedule(room: Room, schedule: Schedule) -> None:
    """Store ``schedule`` in the room."""
    room.queue = list(schedule.queue)
    room.cycle = schedule.cycle
    room.contenders = list(schedule.contenders)


def advance_rotation(room: Room, turn: Turn) -> None:
    """Let the player after the explainer of ``turn`` explain next for their team."""
    team = room.team(turn.team_id)
    if team is not None:
        team.rotation = team.players.index(turn.explainer_id) + 1


def replacement_explainer(room: Room, team_id: str, explainer_id: str) -> str | None:
    """The next teammate who can explain instead of ``explainer_id``; None if there is none."""
    team = room.team(team_id)
    if team is None:
        return None
    start = team.players.index(explainer_id) + 1 if explainer_id in team.players else team.rotation
    return next(
        (player for player in _rotation_order(team, start) if player != explainer_id and _can_explain(room, player)),
        None,
    )


def _next_cycle(room: Room, schedule: Schedule) -> Schedule | None:
    settings = room.settings
    best = max(team.score for team in room.teams)
    reached = settings.target_score is not None and best >= settings.target_score
    tie_break = len(schedule.contenders) < len(room.teams)
    if schedule.cycle < settings.rounds_per_team and not reached and not tie_break:
        teams = tuple(team.id for team in room.teams)
        return Schedule(teams, schedule.cycle + 1, teams)
    tied = _tied_for_first(room)
    playing = tuple(team_id for team_id in tied if _can_play_on(room, team_id))
    if len(tied) == 1 or len(playing) < 2:
        return None
    return Schedule(playing, schedule.cycle + 1, playing)


def _tied_for_first(room: Room) -> tuple[str, ...]:
    best = max(team.score for team in room.teams)
    return tuple(team.id for team in room.teams if team.score == best)


def _can_play_on(room: Room, team_id: str) -> bool:
    """Whether the team has a player, or a former one who may come back."""
    team = room.team(team_id)
    return team is not None and (bool(team.players) or any(former.team_id == team_id for former in room.former_players))


def _is_undisputed(room: Room, schedule: Schedule) -> bool:
    """Whether a tie-break is about to begin for which fewer than two teams are left."""
    is_tie_break = schedule.cycle > room.settings.rounds_per_team or len(schedule.contenders) < len(room.teams)
    has_begun = len(schedule.queue) < len(schedule.contenders)
    return is_tie_break and not has_begun and sum(_can_play_on(room, team) for team in schedule.contenders) < 2


def _explainer(room: Room, team: Team | None) -> str | None:
    if team is None:
        return None
    return next((player for player in _rotation_order(team, team.rotation) if _can_explain(room, player)), None)


def _rotation_order(team: Team, start: int) -> list[str]:
    if not team.players:
        return []
    start %= len(team.players)
    return team.players[start:] + team.players[:start]


def _can_explain(room: Room, player_id: str) -> bool:
    member = room.members[player_id]
    return member.connected and not member.sitting_out
