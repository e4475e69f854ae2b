/**
 * What a page knows: `reduce(state, message, now)` is pure, and leaves `gameState` as a fresh one from the server would be.
 *
 * state = {
 *   gameState   as in docs/protocol.md, or null before the handshake
 *   me          {actorId, role, sessionId}, or null
 *   clock       for clock.js, of the round or the countdown; null when none runs
 *   review      the same for the wait before the next round
 *   pending     an answer shown before the server has confirmed it: {wordId, action, requestId}
 *   lastRound   the payload of the last ROUND_ENDED
 *   lines       playerId → "warning" | "lost" | "degraded"
 *   closed      the reason of ROOM_CLOSED, or null
 * }
 */

import { TYPES } from "./protocol.js";
import { setClock, setWait } from "./clock.js";

const IN_ROUND = ["ROUND_ACTIVE", "ROUND_PAUSED"];
const IN_REVIEW = ["SCORE_REVIEW", "READY_FOR_NEXT"];
const IN_GAME = ["ROUND_STARTING", ...IN_ROUND, ...IN_REVIEW];

/** Fields that exist in these states alone. */
const LASTING = {
  round: [...IN_ROUND, "ROUND_ENDED", ...IN_REVIEW],
  explainerPlayerId: ["ROUND_STARTING", ...IN_ROUND, "ROUND_ENDED", ...IN_REVIEW],
  remainingSeconds: ["ROUND_STARTING", ...IN_ROUND],
  wordHolderId: IN_ROUND,
  pauseReason: ["ROUND_PAUSED"],
  currentWordId: IN_ROUND,
  currentWord: IN_ROUND,
  justEndedTeamId: IN_REVIEW,
  nextRoundIn: IN_REVIEW,
  nextTeamId: ["ROUND_STARTING", ...IN_REVIEW],
  nextExplainerPlayerId: ["ROUND_STARTING", ...IN_REVIEW],
  final: ["GAME_ENDED", "FINAL_RESULTS"],
};

export function initialState() {
  return {
    gameState: null,
    me: null,
    clock: null,
    review: null,
    pending: null,
    lastRound: null,
    lines: {},
    closed: null,
  };
}

/** The state after `message`, received at `now`. A message that is already part of the state changes nothing. */
export function reduce(state, message, now = 0) {
  const { type, payload } = message;
  if (type === TYPES.CONNECTED) {
    const me = { actorId: payload.actorId, role: payload.role, sessionId: payload.sessionId };
    return withGameState({ ...state, me }, payload.gameState, now);
  }
  if (type === TYPES.RECONNECTED || type === TYPES.STATE_SNAPSHOT) {
    return withGameState(state, payload.gameState, now);
  }
  if (type === TYPES.ERROR) {
    return rollBack(state, payload);
  }
  const game = state.gameState;
  const apply = EVENTS[type];
  if (!game || !apply || isOld(message, game)) {
    return state;
  }
  const changed = apply(game, payload);
  const numbered = prune({
    ...game,
    ...changed,
    sequenceId: message.sequenceId ?? game.sequenceId,
    stateVersion: message.stateVersion ?? game.stateVersion,
  });
  return around({ ...state, gameState: numbered }, type, payload, now);
}

/** Show an answer at once; it counts when the server says so, and is taken back when the server refuses it. */
export function swipe(state, { wordId, action, requestId }) {
  return { ...state, pending: { wordId, action, requestId } };
}

/** An answer that the server may never have seen (the line was lost) is not shown any longer. */
export function forgetPending(state) {
  return state.pending ? { ...state, pending: null } : state;
}

function isOld(message, game) {
  return message.sequenceId !== undefined && message.sequenceId <= game.sequenceId;
}

function rollBack(state, error) {
  const { pending } = state;
  if (!pending || (error.requestId !== undefined && error.requestId !== pending.requestId)) {
    return state;
  }
  if (error.requestId === undefined && error.requestType !== TYPES.WORD_SWIPED) {
    return state;
  }
  return { ...state, pending: null };
}

function withGameState(state, gameState, now) {
  const running = gameState.state === "ROUND_ACTIVE";
  return {
    ...state,
    gameState,
    pending: state.pending && gameState.currentWord?.wordId === state.pending.wordId ? state.pending : null,
    clock: gameState.remainingSeconds === undefined ? null : setClock(gameState.remainingSeconds, now, running),
    review: gameState.state === "SCORE_REVIEW" ? setWait(gameState.nextRoundIn ?? 0, now) : null,
    lines: Object.fromEntries(
      Object.entries(state.lines).filter(([id]) =>
        gameState.players.some((player) => player.playerId === id && !player.connected),
      ),
    ),
  };
}

/** What surrounds the game: clocks, the pending answer, the lines of others. */
function around(state, type, payload, now) {
  const game = state.gameState;
  switch (type) {
    case TYPES.STATE_CHANGED:
      return {
        ...state,
        clock: LASTING.remainingSeconds.includes(game.state) ? state.clock : null,
        review: game.state === "SCORE_REVIEW" ? state.review : null,
        pending: IN_ROUND.includes(game.state) ? state.pending : null,
      };
    case TYPES.COUNTDOWN_TICK:
    case TYPES.GAME_PAUSED:
      return { ...state, clock: setClock(game.remainingSeconds, now, false) };
    case TYPES.ROUND_STARTED:
      return { ...state, clock: setClock(game.remainingSeconds, now, true), lastRound: null, pending: null };
    case TYPES.TIMER_TICK:
    case TYPES.GAME_RESUMED:
      return { ...state, clock: setClock(game.remainingSeconds, now, true) };
    case TYPES.WORD_RESULT:
    case TYPES.WORD_REVEALED:
    case TYPES.WORD_CORRECTED:
      return { ...state, pending: null };
    case TYPES.ROUND_ENDED:
      return { ...state, lastRound: payload };
    case TYPES.SCORE_SUMMARY:
      return { ...state, review: setWait(payload.nextRoundIn, now) };
    case TYPES.PLAYER_CONNECTION: {
      const lines = { ...state.lines, [payload.playerId]: payload.status };
      if (payload.status === "connected") {
        delete lines[payload.playerId];
      }
      return { ...state, lines };
    }
    case TYPES.ROOM_CLOSED:
      return { ...state, closed: payload.reason };
    default:
      return state;
  }
}

/** For each event what it changes in the game; the numbers are kept by `reduce`. */
const EVENTS = {
  [TYPES.ROOM_CREATED]: (game, { hostId, hostName, maxPlayers }) => ({
    hostId,
    hostName,
    maxPlayers,
    hostConnected: true,
  }),

  [TYPES.PLAYER_JOINED](game, { playerId, playerName, avatarColor }) {
    const player = {
      playerId,
      playerName,
      avatarColor,
      teamId: null,
      connected: true,
      sittingOut: IN_GAME.includes(game.state),
    };
    const others = game.players.filter((other) => other.playerId !== playerId);
    // The server lists people in the order of their ids; a former host who takes a seat comes first.
    return { players: [...others, player].sort((a, b) => (a.playerId < b.playerId ? -1 : 1)) };
  },

  [TYPES.PLAYER_LEFT](game, { playerId }) {
    const players = game.players.filter((player) => player.playerId !== playerId);
    const teams = game.teams.map((team) => ({ ...team, players: team.players.filter((id) => id !== playerId) }));
    return { players, teams };
  },

  [TYPES.PLAYER_CONNECTION](game, { playerId, status }) {
    if (status === "degraded") {
      return {};
    }
    const connected = status === "connected";
    return {
      players: game.players.map((player) => (player.playerId === playerId ? { ...player, connected } : player)),
      hostConnected: playerId === game.hostId ? connected : game.hostConnected,
    };
  },

  [TYPES.STATE_CHANGED](game, { state, stateVersion }) {
    const changed = { state, stateVersion };
    if (state === "ROUND_STARTING") {
      // Everybody who is there plays the next round.
      changed.players = game.players.map((player) => (player.connected ? { ...player, sittingOut: false } : player));
    }
    if (state === "READY_FOR_NEXT") {
      // A countdown that was broken off leads here as well as the end of the review.
      changed.justEndedTeamId = game.activeTeamId;
      changed.nextRoundIn = 0;
      changed.explainerPlayerId = game.round?.explainerPlayerId;
    }
    if (state === "GAME_ENDED" && IN_ROUND.includes(game.state)) {
      changed.rounds = [...game.rounds, archived(game.round)];
    }
    return changed;
  },

  [TYPES.TEAM_SETUP_STARTED]: (game, { teams }) => seated(game, teams),
  [TYPES.TEAM_SETUP_CANCELLED]: (game) => seated(game, []),
  [TYPES.PLAYER_ASSIGNED_TEAM]: (game, { teams }) => seated(game, teams),
  [TYPES.GAME_RESTARTED](game, { teams }) {
    const { players, ...scores } = seated(game, teams);
    return { ...scores, rounds: [], players: players.map((player) => ({ ...player, sittingOut: false })) };
  },

  [TYPES.COUNTDOWN_TICK]: (game, { remainingSeconds, teamId, explainerPlayerId }) => ({
    remainingSeconds,
    nextTeamId: teamId,
    nextExplainerPlayerId: explainerPlayerId,
    explainerPlayerId,
  }),

  [TYPES.ROUND_STARTED](game, payload) {
    const { roundNumber, activeTeamId, explainerPlayerId, roundDurationSec, wordPackId } = payload;
    return {
      roundNumber,
      activeTeamId,
      explainerPlayerId,
      wordHolderId: game.settings.wordHolder === "host" ? game.hostId : explainerPlayerId,
      remainingSeconds: roundDurationSec,
      currentWord: undefined,
      currentWordId: undefined,
      round: {
        roundNumber,
        teamId: activeTeamId,
        explainerPlayerId,
        roundDurationSec,
        wordPackId,
        points: 0,
        words: [],
      },
    };
  },

  [TYPES.WORD_REVEALED]: (game, word) => ({ currentWord: word, currentWordId: word.wordId }),

  [TYPES.WORD_RESULT](game, { wordId, action, teamId, newScore }) {
    const wordText = game.currentWord?.wordId === wordId ? game.currentWord.wordText : "";
    const word = { wordId, wordText, action };
    return {
      ...scored(game, teamId, newScore, (words) => [...words, word]),
      currentWord: undefined,
      currentWordId: undefined,
    };
  },

  [TYPES.WORD_CORRECTED](game, { wordId, action, teamId, newScore }) {
    if (action === "undone") {
      return scored(game, teamId, newScore, (words) => words.filter((word) => word.wordId !== wordId));
    }
    return scored(game, teamId, newScore, (words) =>
      words.map((word) => (word.wordId === wordId ? { ...word, action } : word)),
    );
  },

  [TYPES.TIMER_TICK]: (game, { remainingSeconds }) => ({ remainingSeconds }),
  [TYPES.GAME_PAUSED]: (game, { reason, remainingSeconds }) => ({
    pauseReason: reason,
    remainingSeconds: remainingSeconds ?? game.remainingSeconds,
  }),
  [TYPES.GAME_RESUMED]: (game, { remainingSeconds }) => ({ pauseReason: undefined, remainingSeconds }),

  [TYPES.ROUND_ENDED]: (game, { words, pointsEarned }) => ({
    round: game.round && { ...game.round, points: pointsEarned, words: words ?? game.round.words },
  }),

  [TYPES.SCORE_SUMMARY]: (game, { rounds, nextRoundIn, teamId, explainerPlayerId }) => ({
    rounds: rounds ?? game.rounds,
    nextRoundIn,
    nextTeamId: teamId ?? undefined,
    nextExplainerPlayerId: explainerPlayerId ?? undefined,
    justEndedTeamId: game.activeTeamId,
  }),

  [TYPES.GAME_ENDED]: (game, payload) => ({ final: payload }),
  [TYPES.SETTINGS_UPDATED]: (game, { settings }) => ({ settings }),
  [TYPES.HOST_CHANGED]: (game, { hostId, hostName }) => ({ hostId, hostName, hostConnected: true }),
  [TYPES.ROOM_LOCKED]: () => ({ locked: true }),
  [TYPES.ROOM_UNLOCKED]: () => ({ locked: false }),
  [TYPES.ROOM_CLOSED]: () => ({ state: "ROOM_CLOSED" }),
  [TYPES.NOTICE]: () => ({}),
};

function seated(game, teams) {
  const teamOf = new Map(teams.flatMap((team) => team.players.map((id) => [id, team.id])));
  const players = game.players.map((player) => ({ ...player, teamId: teamOf.get(player.playerId) ?? null }));
  return { players, ...standings(teams) };
}

function scored(game, teamId, newScore, change) {
  const before = game.teams.find((team) => team.id === teamId)?.score ?? 0;
  const teams = game.teams.map((team) => (team.id === teamId ? { ...team, score: newScore } : team));
  const round = game.round && {
    ...game.round,
    points: game.round.points + newScore - before,
    words: change(game.round.words),
  };
  return { round, ...standings(teams) };
}

/** The line that a round leaves in the game's history. */
function archived({ roundNumber, teamId, explainerPlayerId, points, words }) {
  const wordsGuessed = words.filter((word) => word.action === "guessed").length;
  return {
    roundNumber,
    teamId,
    explainerPlayerId,
    points,
    wordsGuessed,
    wordsSkipped: words.length - wordsGuessed,
  };
}

function standings(teams) {
  return {
    teams,
    currentScore: Object.fromEntries(teams.map((team) => [team.id, team.score])),
    leaderboard: [...teams]
      .sort((a, b) => b.score - a.score)
      .map((team) => ({
        teamId: team.id,
        teamName: team.name,
        score: team.score,
        rank: 1 + teams.filter((other) => other.score > team.score).length,
      })),
  };
}

function prune(game) {
  return Object.fromEntries(
    Object.entries(game).filter(
      ([field, value]) => value !== undefined && (!LASTING[field] || LASTING[field].includes(game.state)),
    ),
  );
}
