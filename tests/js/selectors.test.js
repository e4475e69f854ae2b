/** Selectors: what the pages read out of the state of a room. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { plain } from "../../static/js/i18n.js";
import { initialState, swipe } from "../../static/js/reducer.js";
import {
  absentPlayers,
  holdsWords,
  isHost,
  isLive,
  isPlaying,
  liveWord,
  nameOf,
  phaseOf,
  scoreSeries,
  shownScore,
  startObstacle,
  tally,
  turnOf,
  winnersOf,
} from "../../static/js/selectors.js";
import { resultHeadline } from "../../static/js/texts.js";
import { liveState, player, runningGame } from "./fixtures.js";

const ANSWER = { wordId: "word_7", action: "skipped", requestId: "player_001-1" };

/** Teams of these sizes, and players without a team: `teamless` connected, `away` not. */
function setup(sizes, { teamless = 0, away = 0 } = {}) {
  const teams = sizes.map((size, team) => ({
    id: `team_${team + 1}`,
    players: Array.from({ length: size }, (_, seat) => `player_${team}${seat}`),
  }));
  const seated = teams.flatMap((team) => team.players.map((id) => player(id, team.id)));
  const alone = Array.from({ length: teamless + away }, (_, index) => player(`alone_${index}`, null, index < teamless));
  return { teams, players: [...seated, ...alone] };
}

for (const [game, obstacle] of [
  [setup([2, 2]), null],
  [setup([3, 2]), null],
  [setup([2, 2], { away: 1 }), null],
  [setup([2, 2], { teamless: 1 }), "teamless"],
  [setup([2, 0]), "empty"],
  [setup([3, 1]), "uneven"],
  [setup([2, 1]), "thin"],
  [setup([1, 1, 1]), "thin"],
]) {
  const sizes = game.teams.map((team) => team.players.length);
  test(`teams of ${sizes} and ${game.players.length} players: ${obstacle ?? "nothing"} keeps the game from starting`, () => {
    assert.equal(startObstacle(game), obstacle);
  });
}

test("each team's scores start at 0 and grow by its own rounds", () => {
  const rounds = [
    { teamId: "team_1", points: 3 },
    { teamId: "team_2", points: -1 },
    { teamId: "team_1", points: 4 },
  ];
  const series = scoreSeries({ teams: [{ id: "team_1" }, { id: "team_2" }], rounds });
  assert.deepEqual(
    series.map(({ points }) => points),
    [
      [0, 3, 7],
      [0, -1],
    ],
  );
});

test("the live word is hidden while its answer is pending", () => {
  const state = liveState(initialState());
  assert.equal(liveWord(state).wordText, "horse");
  assert.equal(liveWord(swipe(state, ANSWER)), null);
  assert.equal(liveWord(initialState()), null);
});

test("the score of the active team includes the pending answer", () => {
  const state = swipe(liveState(initialState()), ANSWER);
  assert.deepEqual(
    state.gameState.teams.map((team) => shownScore(state, team)),
    [3, 6],
  );
});

test("a tally counts the words of the round and the pending answer", () => {
  const words = [{ action: "guessed" }, { action: "guessed" }, { action: "skipped" }];
  assert.deepEqual(tally({ words, points: 2 }), { guessed: 2, skipped: 1, points: 2 });
  assert.deepEqual(tally({ words, points: 2 }, ANSWER), { guessed: 2, skipped: 2, points: 2 });
  assert.deepEqual(tally(undefined), { guessed: 0, skipped: 0, points: 0 });
});

test("who this page is decides about controls and words", () => {
  const state = liveState(initialState());
  assert.deepEqual([isLive(state), isHost(state), holdsWords(state)], [true, false, true]);
  const promoted = liveState(initialState(), runningGame({ hostId: "player_001", wordHolderId: "player_002" }));
  assert.deepEqual([isHost(promoted), holdsWords(promoted)], [true, false]);
  assert.deepEqual(
    [isLive, isHost, holdsWords].map((selector) => selector(initialState())),
    [false, false, false],
  );
});

test("the next turn comes before the active one", () => {
  assert.equal(turnOf(runningGame()).team.id, "team_1");
  const next = turnOf(runningGame({ nextTeamId: "team_2", nextExplainerPlayerId: "player_002" }));
  assert.deepEqual([next.team.id, next.explainer], ["team_2", "Name of player_002"]);
});

test("names are those of players and of the host", () => {
  const game = runningGame();
  assert.deepEqual(
    ["player_001", "host_001", "player_009", null].map((id) => nameOf(game, id)),
    ["Name of player_001", "Hanna", "", ""],
  );
});

test("states belong to phases, and the rules are frozen in four of them", () => {
  const phases = ["LOBBY", "ROUND_STARTING", "ROUND_PAUSED", "READY_FOR_NEXT", "FINAL_RESULTS"];
  assert.deepEqual(
    phases.map((state) => [phaseOf({ state }), isPlaying({ state })]),
    [
      ["lobby", false],
      ["countdown", true],
      ["pause", true],
      ["review", true],
      ["results", false],
    ],
  );
});

test("absent players have no connection", () => {
  const players = [player("player_001", "team_1"), player("player_002", "team_2", false)];
  assert.deepEqual(
    absentPlayers({ players }).map(({ playerId }) => playerId),
    ["player_002"],
  );
});

for (const [ranks, headline] of [
  [[1, 2], "Team Red wins!"],
  [[1, 1, 3], "A tie: Team Red and Team Blue"],
  [[1, 1, 1], "A tie of 3 teams"],
]) {
  test(`with ranks ${ranks} the headline is "${headline}"`, () => {
    const names = ["Team Red", "Team Blue", "Team Green"];
    const leaderboard = ranks.map((rank, index) => ({ teamName: names[index], rank }));
    assert.equal(plain(resultHeadline({ leaderboard })), headline);
    assert.equal(winnersOf({ leaderboard }).length, ranks.filter((rank) => rank === 1).length);
  });
}
