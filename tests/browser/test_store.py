"""The page's picture of the room: messages, applied one by one, make what a fresh state from the server would be."""

import functools
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from gameplay.engine import commands as c
from gameplay.engine import game as engine
from gameplay.engine.commands import Command
from gameplay.engine.errors import GameError
from gameplay.engine.events import Emission, Removed, Resync
from gameplay.engine.members import IN_GAME
from gameplay.engine.projections import game_state, state_checksum
from gameplay.engine.states import IN_ROUND, RoomState
from rooms.protocol.catalogue import SERVER
from tests.browser.modules import module_page, run
from tests.support.game import CROWD, FakeLibrary, Game, in_round, secret_of

SEEDS = range(8)
STEPS = 220
WHOLE_STATES = {"CONNECTED", "RECONNECTED", "STATE_SNAPSHOT"}
NOT_OF_THE_GAME = {
    "RECONNECT_FAILED", "HEARTBEAT_ACK", "ERROR", "SEAT_LINK", "CLAIM_PENDING", "SEAT_CLAIMED", "CLAIM_CLOSED",
}  # fmt: skip
IN_REVIEW = {RoomState.SCORE_REVIEW, RoomState.READY_FOR_NEXT}

REPLAY = """
async ({ initialState, reduce }, steps) => {
  const { stateChecksum } = await import("http://modules.test/js/checksum.js");
  let state = initialState();
  return steps.map((messages) => {
    messages.forEach((message) => { state = reduce(state, message, 0); });
    return { game: state.gameState, checksum: stateChecksum(state.gameState) };
  });
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def blank(chromium: Browser) -> AsyncIterator[Page]:
    """A page that can import the client's modules."""
    page = await module_page(chromium)
    yield page
    await page.close()


def wire(value: Any) -> Any:
    """``value`` as a client reads it."""
    return json.loads(msgspec.json.encode(value))


class Recorder:
    """One recipient of a game: what the server sends them, and what a fresh state would be after each step."""

    def __init__(self, viewer: str | None) -> None:
        self.viewer = viewer
        self.steps: list[list[dict[str, Any]]] = []
        self.truths: list[dict[str, Any]] = []

    def connect(self, game: Game) -> None:
        payload = {
            "actorId": self.viewer or "spectator_1",
            "role": "player",
            "sessionId": "s",
            "gameState": self._view(game),
        }
        self._keep(game, [{"type": "CONNECTED", "payload": payload}])

    def hear(self, game: Game, said: list[Emission]) -> None:
        messages = [message for emission in said for message in self._message(game, emission)]
        self._keep(game, messages)

    def _keep(self, game: Game, messages: list[dict[str, Any]]) -> None:
        self.steps.append(messages)
        self.truths.append(
            {
                "game": self._view(game),
                "checksum": state_checksum(game.room),
                "after": [message["type"] for message in messages],
                "away": {member.id for member in game.room.members.values() if not member.connected},
            }
        )

    def _message(self, game: Game, emission: Emission) -> list[dict[str, Any]]:
        if isinstance(emission.event, Resync):
            return [{"type": "STATE_SNAPSHOT", "payload": {"gameState": self._view(game)}}]
        if not emission.event.TYPE or emission.actor_id not in (None, self.viewer):
            return []
        message: dict[str, Any] = {"type": emission.event.TYPE, "payload": wire(emission.event)}
        if emission.sequence_id is not None:
            message |= {"sequenceId": emission.sequence_id, "stateVersion": emission.state_version}
        return [message]

    def _view(self, game: Game) -> Any:
        return wire(game_state(game.room, self.viewer, game.now_ms))


def comparable(game: dict[str, Any], truth: dict[str, Any], is_holder: bool) -> dict[str, Any]:
    """``game`` without what no message tells: whose line is gone for under 15 s, and texts of words held elsewhere."""
    state = truth["game"]["state"]
    left_out = {"hostConnected", "remainingSeconds", "nextRoundIn", "sequenceId"}
    if not is_holder:
        left_out.add("currentWordId")
    if state in IN_REVIEW and "SCORE_SUMMARY" not in truth["after"]:
        # Who comes next can change with who is there; the countdown says it again.
        left_out |= {"nextTeamId", "nextExplainerPlayerId"}
    kept = {name: value for name, value in game.items() if name not in left_out}
    kept["players"] = [
        {name: value for name, value in player.items() if name != "connected" and not is_unsure(name, player, truth)}
        for player in game["players"]
    ]
    if state in IN_ROUND and "round" in kept:
        words = [{"wordId": word["wordId"], "action": word["action"]} for word in kept["round"]["words"]]
        kept["round"] = {**kept["round"], "words": words}
    return kept


def is_unsure(name: str, player: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Who sits out matters in a game alone, and is settled for those who are there."""
    return name == "sittingOut" and (truth["game"]["state"] not in IN_GAME or player["playerId"] in truth["away"])


class RandomParty:
    """People who do whatever comes to mind, mostly what keeps a game going."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        holder = self.dice.choice(["host", "explainer"])
        self.game = Game(
            seed=seed,
            library=FakeLibrary(default_animals=60),
            roundDurationSec=10,
            roundsPerTeam=self.dice.randint(1, 2),
            skipPenalty=self.dice.choice([0, -1]),
            wordHolder=holder,
        )
        self.game.arrive()
        self.game.join(*CROWD[:4])

    def step(self) -> list[Emission]:
        """A command, or a while; what came of it."""
        room, dice = self.game.room, self.dice
        if dice.random() < 0.3 and room.state not in {RoomState.TEAM_SETUP}:
            return self.game.pass_ms(dice.choice([300, 1_000, 1_000, 3_000, 6_000]))
        actor_id, command = self._idea()
        said = engine.advance(room, self.game.now_ms, self.game.library)
        try:
            return said + engine.apply(room, actor_id, command, self.game.now_ms, self.game.library)
        except GameError:
            return said

    def _idea(self) -> tuple[str, Command]:
        room, dice = self.game.room, self.dice
        host, someone = room.host_id, dice.choice([*room.members])
        playing = room.round
        usual: list[tuple[str, Command]] = {
            RoomState.LOBBY: [(host, c.StartTeamSetup(num_teams=dice.randint(2, 3)))],
            RoomState.TEAM_SETUP: [(host, c.ShuffleTeams())] * 3
            + [(someone, c.JoinTeam(team_id=f"team_{dice.randint(1, 3)}")), (host, c.CancelTeamSetup())],
            RoomState.READY_TO_START: [(host, c.ConfirmStart())],
            RoomState.ROUND_PAUSED: [(host, c.ResumeGame())],
            RoomState.SCORE_REVIEW: [(host, c.NextRound()), (host, self._correction())],
            RoomState.FINAL_RESULTS: [(host, c.RestartGame())],
        }.get(room.state, [])
        if room.state is RoomState.ROUND_ACTIVE and playing is not None:
            swipe = c.WordSwiped(word_id=playing.word_id or "", action=dice.choice(["guessed", "skipped"]))
            usual = [(playing.holder_id, swipe)] * 5 + [(playing.holder_id, c.UndoSwipe()), (host, c.PauseGame())]
        if usual and dice.random() < 0.8:
            return dice.choice(usual)
        name = dice.choice(CROWD)
        return dice.choice(
            [
                ("", c.Join(name=name, session=secret_of(name))),
                (someone, c.Disconnected()),
                (someone, c.Connected()),
                (someone, c.Connected()),
                (someone, c.LeaveRoom()),
                (host, c.KickPlayer(player_id=someone)),
                (host, c.TransferHost(player_id=someone)),
                (host, c.LockRoom()),
                (host, c.UnlockRoom()),
                (host, c.UpdateSettings(settings={"numTeams": dice.randint(2, 3), "skipPenalty": -1})),
                (host, c.EndGame()),
            ]
        )

    def _correction(self) -> Command:
        words = self.game.room.round.words if self.game.room.round else []
        word_id = self.dice.choice(words).word_id if words else "word_0"
        return c.CorrectWord(word_id=word_id, action=self.dice.choice(["guessed", "skipped"]))


@functools.cache
def record(seed: int) -> tuple[list[Recorder], set[RoomState]]:
    """A random game as the host, two players and a spectator hear it, and the states that it went through."""
    party = RandomParty(seed)
    recorders = [Recorder(viewer) for viewer in ("host_1", "player_001", "player_002", None)]
    for recorder in recorders:
        recorder.connect(party.game)
    states: set[RoomState] = set()
    gone: set[str] = set()
    for _ in range(STEPS):
        said = party.step()
        states.add(party.game.room.state)
        for recorder in recorders:
            if recorder.viewer not in gone:
                recorder.hear(party.game, said)
        gone |= {emission.event.player_id for emission in said if isinstance(emission.event, Removed)}
    return recorders, states


def test_the_random_games_go_through_every_state() -> None:
    states = set().union(*(record(seed)[1] for seed in SEEDS))
    passed_through = {RoomState.ROOM_CREATED, RoomState.ROUND_ENDED, RoomState.GAME_ENDED, RoomState.ROOM_CLOSED}
    assert states == set(RoomState) - passed_through


@pytest.mark.parametrize("seed", SEEDS)
async def test_messages_make_what_a_fresh_state_would_be(blank: Page, seed: int) -> None:
    recorders, _ = record(seed)
    for recorder in recorders:
        pictures = await run(blank, "reducer.js", REPLAY, recorder.steps)
        for number, (picture, truth) in enumerate(zip(pictures, recorder.truths, strict=True)):
            is_holder = "currentWord" in truth["game"]
            where = f"{recorder.viewer}, step {number}, after {truth['after']}"
            assert comparable(picture["game"], truth, is_holder) == comparable(truth["game"], truth, is_holder), where
            assert picture["checksum"] == truth["checksum"], where
            for timed in ("remainingSeconds", "nextRoundIn"):
                assert (timed in picture["game"]) == (timed in truth["game"]), f"{timed}: {where}"


async def test_every_message_of_the_server_is_known(blank: Page) -> None:
    game = wire(in_round().view("Alice"))
    unchanged = await run(
        blank,
        "reducer.js",
        """({ initialState, reduce }, [game, types]) => {
          const state = { ...initialState(), gameState: game };
          const known = (type) => {
            try {
              return reduce(state, { type, sequenceId: game.sequenceId + 1, stateVersion: 99, payload: {} }) !== state;
            } catch {
              return true;
            }
          };
          return types.filter((type) => !known(type));
        }""",
        [game, sorted(SERVER.keys() - WHOLE_STATES - NOT_OF_THE_GAME)],
    )
    assert unchanged == []


async def test_a_message_that_comes_twice_counts_once(blank: Page) -> None:
    game = in_round(wordHolder="host")
    recorder = Recorder("player_001")
    recorder.connect(game)
    recorder.hear(game, game.swipe("guessed"))
    [pictures] = [await run(blank, "reducer.js", REPLAY, [*recorder.steps, recorder.steps[-1]])]
    assert pictures[-1] == pictures[-2]
    assert pictures[-1]["game"]["round"]["points"] == 1


OPTIMISM = """
async ({ initialState, reduce, swipe }, [connected, word, then]) => {
  const { liveWord, shownScore } = await import("http://modules.test/js/selectors.js");
  let state = reduce(initialState(), connected, 0);
  state = swipe(state, { wordId: word, action: "guessed", requestId: "r-1" });
  const [team] = state.gameState.teams;
  const look = () => [liveWord(state)?.wordId ?? null, shownScore(state, state.gameState.teams[0])];
  const before = look();
  then.forEach((message) => { state = reduce(state, message, 0); });
  return [before, look()];
}
"""


async def shown(blank: Page, game: Game, *then: dict[str, Any]) -> Any:
    recorder = Recorder("host_1")
    recorder.connect(game)
    word_id = recorder.truths[0]["game"]["currentWord"]["wordId"]
    return await run(blank, "reducer.js", OPTIMISM, [recorder.steps[0][0], word_id, then])


async def test_an_answer_shows_at_once(blank: Page) -> None:
    before, after = await shown(blank, in_round())
    assert before == after == [None, 1]


async def test_a_refused_answer_is_rolled_back(blank: Page) -> None:
    error = {"code": "INVALID_TRANSITION", "message": "", "requestType": "WORD_SWIPED", "requestId": "r-1"}
    _, after = await shown(blank, in_round(), {"type": "ERROR", "payload": error})
    assert after == ["word_1", 0]


async def test_the_refusal_of_something_else_leaves_the_answer(blank: Page) -> None:
    error = {"code": "INVALID_TRANSITION", "message": "", "requestType": "UNDO_SWIPE", "requestId": "r-0"}
    _, after = await shown(blank, in_round(), {"type": "ERROR", "payload": error})
    assert after == [None, 1]


async def test_a_confirmed_answer_counts_once(blank: Page) -> None:
    game = in_round()
    recorder = Recorder("host_1")
    connected = in_round()
    recorder.hear(game, game.swipe("guessed"))
    _, after = await shown(blank, connected, *recorder.steps[0])
    assert after == ["word_2", 1]
