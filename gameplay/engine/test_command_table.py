"""Each command in each state: accepted, a repeat, or rejected with the right code (docs/spec.md §8.1)."""

import pytest

from gameplay.engine import commands as c
from gameplay.engine.commands import Command
from gameplay.engine.errors import GameError
from gameplay.engine.game import COMMANDS
from gameplay.engine.states import RoomState as S
from gameplay.engine.transitions import Who
from tests.support.game import SCENES, Game, secret_of

SHORT = {
    "CRE": S.ROOM_CREATED,
    "LOB": S.LOBBY,
    "SET": S.TEAM_SETUP,
    "RDY": S.READY_TO_START,
    "CNT": S.ROUND_STARTING,
    "ACT": S.ROUND_ACTIVE,
    "PAU": S.ROUND_PAUSED,
    "REV": S.SCORE_REVIEW,
    "NXT": S.READY_FOR_NEXT,
    "END": S.FINAL_RESULTS,
    "CLO": S.ROOM_CLOSED,
}

# yes: taken. same: accepted, nothing happens. "-": INVALID_TRANSITION. few: NOT_ENOUGH_PLAYERS.
# who: PLAYER_NOT_FOUND. auth: UNAUTHORIZED. gone: ROOM_CLOSED. In NXT the players are away, so nobody can be made host.
TABLE = """
                  CRE  LOB  SET  RDY  CNT  ACT  PAU  REV  NXT  END  CLO
StartTeamSetup    few  yes  same same -    -    -    -    -    -    gone
JoinTeam          auth -    yes  yes  -    -    -    -    -    -    gone
AssignPlayer      -    -    yes  yes  -    -    -    -    -    -    gone
ShuffleTeams      -    -    yes  yes  -    -    -    -    -    -    gone
CancelTeamSetup   -    -    yes  yes  -    -    -    -    -    -    gone
ConfirmStart      -    -    -    yes  same -    -    -    -    -    gone
WordSwiped        -    -    -    -    -    yes  -    -    -    -    gone
UndoSwipe         -    -    -    -    -    yes  -    -    -    -    gone
CorrectWord       -    -    -    -    -    -    -    yes  -    -    gone
PauseGame         -    -    -    -    -    yes  same -    -    -    gone
ResumeGame        -    -    -    -    -    same yes  -    -    -    gone
NextRound         -    -    -    -    -    -    -    yes  -    -    gone
EndGame           -    -    -    -    -    yes  yes  yes  yes  -    gone
RestartGame       -    -    -    -    -    -    -    -    -    yes  gone
CloseRoom         yes  yes  yes  yes  yes  yes  yes  yes  yes  yes  gone
LockRoom          yes  yes  yes  yes  yes  yes  yes  yes  yes  yes  gone
UnlockRoom        same same same same same same same same same same gone
UpdateSettings    yes  yes  yes  yes  -    -    -    -    -    yes  gone
KickPlayer        who  yes  yes  yes  yes  yes  yes  yes  yes  yes  gone
BanPlayer         who  yes  yes  yes  yes  yes  yes  yes  yes  yes  gone
TransferHost      who  yes  yes  yes  yes  yes  yes  yes  -    yes  gone
ReclaimHost       same same same same same same same same same same gone
RenamePlayer      who  yes  yes  yes  yes  yes  yes  yes  yes  yes  gone
ReportWord        auth -    -    -    -    -    -    yes  -    -    gone
LeaveRoom         auth yes  yes  yes  yes  yes  yes  yes  yes  yes  gone
Join              yes  yes  yes  yes  yes  yes  yes  yes  yes  yes  gone
Return            who  who  who  who  who  who  who  who  who  who  gone
HostArrived       same same same same same same same same same same gone
Connected         same same same same same same same same same same gone
Disconnected      yes  yes  yes  yes  yes  yes  yes  yes  yes  yes  gone
"""
CODES = {
    "-": "INVALID_TRANSITION",
    "few": "NOT_ENOUGH_PLAYERS",
    "who": "PLAYER_NOT_FOUND",
    "auth": "UNAUTHORIZED",
    "gone": "ROOM_CLOSED",
}
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(name, SHORT[column], cell) for name, *cells in ROWS[1:] for column, cell in zip(ROWS[0], cells, strict=True)]

HOST_COMMANDS = [kind for kind, rule in COMMANDS.items() if rule.who is Who.HOST]
PLAYER_COMMANDS = [kind for kind, rule in COMMANDS.items() if rule.who is Who.PLAYER]
OPEN = [state for state in SCENES if state is not S.ROOM_CLOSED]


def sample(kind: type[Command], game: Game) -> tuple[str, Command]:
    """A permitted actor, and a command that changes something where it is accepted."""
    erin = game.id("Erin")
    live = game.room.round.word_id if game.room.round else None
    samples: dict[type[Command], tuple[str, Command]] = {
        c.JoinTeam: ("Erin", c.JoinTeam(team_id="team_1")),
        c.AssignPlayer: ("Alice", c.AssignPlayer(player_id=erin, team_id="team_1")),
        c.WordSwiped: ("Alice", c.WordSwiped(word_id=live or "word_1", action="guessed")),
        c.CorrectWord: ("Alice", c.CorrectWord(word_id="word_1", action="skipped")),
        c.UpdateSettings: ("Alice", c.UpdateSettings(settings={"roundDurationSec": 90})),
        c.KickPlayer: ("Alice", c.KickPlayer(player_id=erin)),
        c.BanPlayer: ("Alice", c.BanPlayer(player_id=erin)),
        c.TransferHost: ("Alice", c.TransferHost(player_id=erin)),
        c.ReportWord: ("Bob", c.ReportWord(word_id="word_1", reason="a name")),
        c.LeaveRoom: ("Erin", c.LeaveRoom()),
        c.RenamePlayer: ("Alice", c.RenamePlayer(player_id=erin, player_name="Edith")),
        c.Return: ("", c.Return(player_id="player_099")),
        c.Join: ("", c.Join(name="Zoe", session=secret_of("Zoe"))),
    }
    return samples.get(kind) or ("Alice", kind())


def scene(state: S, kind: type[Command]) -> Game:
    game = SCENES[state]()
    if kind is c.UndoSwipe and state is S.ROUND_ACTIVE:
        game.guess()
    return game


def test_the_table_has_every_command_and_every_state_in_which_a_room_rests():
    assert {row[0] for row in ROWS[1:]} == {kind.__name__ for kind in COMMANDS}
    assert set(SHORT.values()) == set(SCENES) == set(S) - {S.ROUND_ENDED, S.GAME_ENDED}


@pytest.mark.parametrize(("name", "state", "cell"), CELLS, ids=lambda value: str(value))
def test_each_command_in_each_state(name, state, cell):
    kind = getattr(c, name)
    game = scene(state, kind)
    actor, command = sample(kind, game)
    before = game.saved()
    if cell in CODES:
        with pytest.raises(GameError) as refusal:
            game.give(actor, command)
        assert refusal.value.code == CODES[cell]
        assert game.saved() == before
    elif cell == "same":
        assert game.give(actor, command) == []
        assert game.saved() == before
    else:
        said = game.give(actor, command)
        assert said or kind is c.Disconnected
        assert game.saved() != before or kind is c.ReportWord


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("kind", HOST_COMMANDS, ids=lambda kind: kind.__name__)
def test_nobody_but_the_host_gives_the_hosts_commands(kind, state):
    game = scene(state, kind)
    before = game.saved()
    for actor in ("Bob", "a stranger", ""):
        with pytest.raises(GameError) as refusal:
            game.give(actor, sample(kind, game)[1])
        assert refusal.value.code == "UNAUTHORIZED"
    assert game.saved() == before


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("kind", PLAYER_COMMANDS, ids=lambda kind: kind.__name__)
def test_nobody_but_a_player_gives_a_players_commands(kind, state):
    game = scene(state, kind)
    before = game.saved()
    for actor in ("Alice", "a stranger", ""):
        with pytest.raises(GameError) as refusal:
            game.give(actor, sample(kind, game)[1])
        assert refusal.value.code == "UNAUTHORIZED"
    assert game.saved() == before


@pytest.mark.parametrize("kind", [c.WordSwiped, c.UndoSwipe], ids=lambda kind: kind.__name__)
def test_nobody_but_the_word_holder_swipes(kind):
    game = scene(S.ROUND_ACTIVE, kind)
    before = game.saved()
    for actor in ("Bob", "Carol", "a stranger", ""):
        with pytest.raises(GameError) as refusal:
            game.give(actor, sample(kind, game)[1])
        assert refusal.value.code == "UNAUTHORIZED"
    assert game.saved() == before


def test_a_removed_member_may_not_give_commands():
    game = SCENES[S.ROUND_ACTIVE]()
    erin = game.id("Erin")
    game.kick("Erin")
    for command in (c.LeaveRoom(), c.Connected(), c.Disconnected(), c.ReportWord(word_id="word_1"), c.PauseGame()):
        with pytest.raises(GameError) as refusal:
            game.give(erin, command)
        assert refusal.value.code == "UNAUTHORIZED"
