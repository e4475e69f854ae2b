/** The reducer: what messages change, what they leave, and answers shown before the server confirms them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { forgetPending, initialState, reduce, swipe } from "../../static/js/reducer.js";
import { liveState, message, runningGame } from "./fixtures.js";

const ANSWER = { wordId: "word_7", action: "guessed", requestId: "player_001-1" };
const RESULT = { wordId: "word_7", action: "guessed", teamId: "team_1", pointsAwarded: 1, newScore: 5 };
const state = () => liveState(initialState());

test("CONNECTED sets identity and game, and starts the clock of a running round", () => {
  const gameState = runningGame();
  const payload = { actorId: "player_001", role: "player", sessionId: "secret", gameState };
  const connected = reduce(initialState(), message("CONNECTED", payload), 500);
  assert.deepEqual(connected.me, { actorId: "player_001", role: "player", sessionId: "secret" });
  assert.equal(connected.gameState, gameState);
  assert.deepEqual([connected.clock.remainingSeconds, connected.clock.running], [30, true]);
});

test("an event before the handshake changes nothing", () => {
  const before = initialState();
  assert.equal(reduce(before, message("WORD_RESULT", RESULT, 101)), before);
});

test("an event that the state already contains changes nothing", () => {
  const before = state();
  assert.equal(reduce(before, message("WORD_RESULT", RESULT, 100)), before);
});

test("a message that is no event changes nothing", () => {
  const before = state();
  assert.equal(reduce(before, message("HEARTBEAT_ACK", { stateVersion: 1 })), before);
});

test("WORD_RESULT scores the word, ranks the teams and removes the live word", () => {
  const { gameState: game } = reduce(state(), message("WORD_RESULT", RESULT, 101));
  assert.deepEqual(game.round.words, [{ wordId: "word_7", wordText: "horse", action: "guessed" }]);
  assert.equal(game.round.points, 1);
  assert.deepEqual(game.currentScore, { team_1: 5, team_2: 6 });
  assert.deepEqual(
    game.leaderboard.map(({ teamId, rank }) => [teamId, rank]),
    [
      ["team_2", 1],
      ["team_1", 2],
    ],
  );
  assert.ok(!("currentWord" in game) && !("currentWordId" in game));
  assert.deepEqual([game.sequenceId, game.stateVersion], [101, 41]);
});

test("WORD_CORRECTED takes an undone word back", () => {
  const played = reduce(state(), message("WORD_RESULT", RESULT, 101));
  const undone = reduce(played, message("WORD_CORRECTED", { ...RESULT, action: "undone", newScore: 4 }, 102));
  assert.deepEqual(undone.gameState.round.words, []);
  assert.equal(undone.gameState.round.points, 0);
});

test("the state before an event is left as it was", () => {
  const before = state();
  const copy = structuredClone(before);
  reduce(before, message("WORD_RESULT", RESULT, 101));
  assert.deepEqual(before, copy);
});

test("a change of state removes the fields that the new state does not have", () => {
  const payload = { state: "ROUND_ENDED", stateVersion: 41, event: "ROUND_TIMEOUT" };
  const { gameState: game, clock } = reduce(state(), message("STATE_CHANGED", payload, 101));
  assert.ok(!("currentWord" in game) && !("remainingSeconds" in game) && !("wordHolderId" in game));
  assert.ok("round" in game);
  assert.equal(clock, null);
});

test("a pause stops the clock, and a tick after it starts it", () => {
  const paused = reduce(state(), message("GAME_PAUSED", { reason: "host", message: "", remainingSeconds: 22 }, 101), 9);
  assert.deepEqual([paused.clock.remainingSeconds, paused.clock.running], [22, false]);
  const resumed = reduce(paused, message("GAME_RESUMED", { remainingSeconds: 22 }, 102), 10);
  assert.deepEqual([resumed.clock.remainingSeconds, resumed.clock.running], [22, true]);
});

test("PLAYER_CONNECTION marks who is away, and who is back", () => {
  const away = reduce(state(), message("PLAYER_CONNECTION", { playerId: "player_002", status: "warning" }, 101));
  assert.deepEqual(away.connections, { player_002: "warning" });
  assert.equal(away.gameState.players.find(({ playerId }) => playerId === "player_002").connected, false);
  const back = reduce(away, message("PLAYER_CONNECTION", { playerId: "player_002", status: "connected" }, 102));
  assert.deepEqual(back.connections, {});
});

test("a degraded connection is no absence", () => {
  const degraded = reduce(state(), message("PLAYER_CONNECTION", { playerId: "player_002", status: "degraded" }, 101));
  assert.ok(degraded.gameState.players.every((player) => player.connected));
});

test("an ERROR that answers the pending answer takes it back", () => {
  const pending = swipe(state(), ANSWER);
  const error = { code: "INVALID_TRANSITION", message: "", requestId: ANSWER.requestId };
  assert.equal(reduce(pending, message("ERROR", error)).pending, null);
});

test("an ERROR that answers something else leaves the pending answer", () => {
  const pending = swipe(state(), ANSWER);
  const error = { code: "UNAUTHORIZED", message: "", requestId: "player_001-2" };
  assert.equal(reduce(pending, message("ERROR", error)), pending);
});

test("a snapshot with another live word drops the pending answer", () => {
  const pending = swipe(state(), ANSWER);
  const word = { wordId: "word_8", wordText: "cow", difficulty: "easy", remainingInPack: 11 };
  const same = reduce(pending, message("STATE_SNAPSHOT", { gameState: runningGame() }));
  const other = reduce(pending, message("STATE_SNAPSHOT", { gameState: runningGame({ currentWord: word }) }));
  assert.deepEqual([same.pending, other.pending], [ANSWER, null]);
});

test("forgetting an answer where there is none keeps the state", () => {
  const before = state();
  assert.equal(forgetPending(before), before);
  assert.equal(forgetPending(swipe(before, ANSWER)).pending, null);
});

test("a freed seat moves the player to those who are away, and back with their return", () => {
  const left = { playerId: "player_002", playerName: "Bob", playerCount: 3, reason: "disconnected" };
  const freed = reduce(liveState(initialState(), runningGame({ away: [] })), message("PLAYER_LEFT", left, 101));
  assert.deepEqual(
    freed.gameState.away.map(({ playerId, teamId }) => [playerId, teamId]),
    [["player_002", "team_2"]],
  );
  assert.equal(freed.gameState.players.length, 3);
  const joined = { playerId: "player_002", playerName: "Bob", playerCount: 4, avatarColor: "#000000" };
  const back = reduce(freed, message("PLAYER_JOINED", joined, 102));
  assert.deepEqual([back.gameState.away, back.gameState.players.length], [[], 4]);
});

test("a player who leaves of their own is not away", () => {
  const left = { playerId: "player_002", playerName: "Bob", playerCount: 3, reason: "voluntary" };
  const { gameState: game } = reduce(
    liveState(initialState(), runningGame({ away: [] })),
    message("PLAYER_LEFT", left, 101),
  );
  assert.deepEqual(game.away, []);
});

test("those who are away lose their team with the teams", () => {
  const away = [{ playerId: "player_005", playerName: "Eve", avatarColor: "#000000", teamId: "team_1" }];
  const { gameState: game } = reduce(
    liveState(initialState(), runningGame({ away })),
    message("TEAM_SETUP_CANCELLED", {}, 101),
  );
  assert.equal(game.away[0].teamId, null);
});

test("PLAYER_RENAMED renames a player, and the host", () => {
  const renamed = reduce(state(), message("PLAYER_RENAMED", { playerId: "player_002", playerName: "Rob" }, 101));
  assert.equal(renamed.gameState.players.find(({ playerId }) => playerId === "player_002").playerName, "Rob");
  const host = reduce(renamed, message("PLAYER_RENAMED", { playerId: "host_001", playerName: "Hannah" }, 102));
  assert.equal(host.gameState.hostName, "Hannah");
});

test("a host who gave the role away does not take it back, one who lost it may", () => {
  const changed = (reason, hostId, sequenceId) =>
    message("HOST_CHANGED", { hostId, hostName: "Bob", reason }, sequenceId);
  const hosting = liveState(initialState(), runningGame({ hostId: "player_001" }));
  assert.equal(reduce(hosting, changed("disconnected", "player_002", 101)).hasTransferredHost, false);
  const given = reduce(hosting, changed("transferred", "player_002", 101));
  assert.equal(given.hasTransferredHost, true);
  assert.equal(reduce(given, changed("transferred", "player_003", 102)).hasTransferredHost, true);
  assert.equal(reduce(given, changed("transferred", "player_001", 102)).hasTransferredHost, false);
});
