/**
 * State of a room page: `reduce(state, message, now)` is pure, and leaves `gameState` as a fresh one from the server
 * would be.
 */

import { setClock, setDelay } from "./clock.js";
import { TYPES } from "./protocol.js";

/** @import { Clock } from "./clock.js" */
/** @import { Connected, CurrentRoundView, ErrorPayload, GameState } from "./protocol.js" */
/** @import { PlayerConnection, RoundEnded, RoundView, ServerMessage, ServerPayloads } from "./protocol.js" */
/** @import { TeamView, WordView } from "./protocol.js" */

/**
 * @typedef {object} State
 * @property {GameState | null} gameState as the server sends it; null before the handshake
 * @property {Pick<Connected, "actorId" | "role" | "sessionId"> | null} me
 * @property {Clock | null} clock of the round or the countdown; null when none runs
 * @property {Clock | null} review the delay before the next round
 * @property {Answer | null} pending an answer shown before the server has confirmed it
 * @property {RoundEnded | null} lastRound
 * @property {Record<string, PlayerConnection["status"]>} connections of players who are not well connected, by id
 * @property {string | null} closed the reason of ROOM_CLOSED
 * @property {boolean} hasTransferredHost whether this page was the host's and gave the role away
 */
/** @typedef {State & {gameState: GameState, me: NonNullable<State["me"]>}} LiveState */
/** @typedef {WordView["action"]} WordAction */
/** @typedef {{wordId: string, action: WordAction, requestId: string}} Answer */

/** How many players who were away for too long the server remembers. */
const MAX_AWAY = 40;
const IN_ROUND = ["ROUND_ACTIVE", "ROUND_PAUSED"];
const IN_REVIEW = ["SCORE_REVIEW", "READY_FOR_NEXT"];
const IN_GAME = ["ROUND_STARTING", ...IN_ROUND, ...IN_REVIEW];

/**
 * The states in which an optional field exists; elsewhere it is removed.
 * @satisfies {Partial<Record<keyof GameState, string[]>>}
 */
const FIELD_STATES = {
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

/** @returns {State} */
export function initialState() {
  return {
    gameState: null,
    me: null,
    clock: null,
    review: null,
    pending: null,
    lastRound: null,
    connections: {},
    closed: null,
    hasTransferredHost: false,
  };
}

/**
 * The state after `message`, received at `now` (ms). A message that the state already contains changes nothing.
 * @param {State} state
 * @param {ServerMessage} message
 * @returns {State}
 */
export function reduce(state, message, now = 0) {
  switch (message.type) {
    case TYPES.CONNECTED: {
      const { actorId, role, sessionId, gameState } = message.payload;
      return withGameState({ ...state, me: { actorId, role, sessionId } }, gameState, now);
    }
    case TYPES.RECONNECTED:
    case TYPES.STATE_SNAPSHOT:
      return withGameState(state, message.payload.gameState, now);
    case TYPES.ERROR:
      return rollBack(state, message.payload);
    default:
      return reduceEvent(state, message, now);
  }
}

/**
 * Show an answer before the server confirms it; an `ERROR` takes it back.
 * @param {State} state
 * @param {Answer} answer
 * @returns {State}
 */
export function swipe(state, { wordId, action, requestId }) {
  return { ...state, pending: { wordId, action, requestId } };
}

/** Drop an answer that may never have reached the server. @param {State} state @returns {State} */
export function forgetPending(state) {
  return state.pending ? { ...state, pending: null } : state;
}

/** @param {State} state @param {ServerMessage} message @param {number} now @returns {State} */
function reduceEvent(state, message, now) {
  const game = state.gameState;
  if (!game || (message.sequenceId !== undefined && message.sequenceId <= game.sequenceId)) {
    return state;
  }
  const changed = applyEvent(game, message.type, message.payload);
  if (!changed) {
    return state;
  }
  const { sequenceId = game.sequenceId, stateVersion = game.stateVersion } = message;
  const gameState = prune({ ...game, ...changed, sequenceId, stateVersion });
  const hasTransferredHost = hasTransferred(state, game, message);
  return reduceAroundGame({ ...state, gameState, hasTransferredHost }, gameState, message, now);
}

/** @param {State} state @param {GameState} before @param {ServerMessage} message */
function hasTransferred({ me, hasTransferredHost }, before, { type, payload }) {
  if (type !== TYPES.HOST_CHANGED || payload.hostId === before.hostId) {
    return hasTransferredHost;
  }
  const wasMine = before.hostId === me?.actorId;
  return wasMine ? payload.reason === "transferred" : hasTransferredHost && payload.hostId !== me?.actorId;
}

/** @param {State} state @param {ErrorPayload} error @returns {State} */
function rollBack(state, { requestId, requestType }) {
  const isOfAnswer =
    requestId === undefined ? requestType === TYPES.WORD_SWIPED : requestId === state.pending?.requestId;
  return isOfAnswer ? forgetPending(state) : state;
}

/** @param {State} state @param {GameState} gameState @param {number} now @returns {State} */
function withGameState(state, gameState, now) {
  const isRunning = gameState.state === "ROUND_ACTIVE";
  const isAway = (/** @type {string} */ id) =>
    gameState.players.some((player) => player.playerId === id && !player.connected);
  return {
    ...state,
    gameState,
    pending: state.pending && gameState.currentWord?.wordId === state.pending.wordId ? state.pending : null,
    clock: gameState.remainingSeconds === undefined ? null : setClock(gameState.remainingSeconds, now, isRunning),
    review: gameState.state === "SCORE_REVIEW" ? setDelay(gameState.nextRoundIn ?? 0, now) : null,
    connections: Object.fromEntries(Object.entries(state.connections).filter(([id]) => isAway(id))),
  };
}

/**
 * What an event changes beside the game: clocks, the pending answer, connections of others.
 * @param {State} state
 * @param {GameState} game
 * @param {ServerMessage} message
 * @param {number} now
 * @returns {State}
 */
function reduceAroundGame(state, game, { type, payload }, now) {
  const clock = (/** @type {boolean} */ isRunning) => setClock(game.remainingSeconds ?? 0, now, isRunning);
  switch (type) {
    case TYPES.STATE_CHANGED:
      return {
        ...state,
        clock: FIELD_STATES.remainingSeconds.includes(game.state) ? state.clock : null,
        review: game.state === "SCORE_REVIEW" ? state.review : null,
        pending: IN_ROUND.includes(game.state) ? state.pending : null,
      };
    case TYPES.COUNTDOWN_TICK:
    case TYPES.GAME_PAUSED:
      return { ...state, clock: clock(false) };
    case TYPES.ROUND_STARTED:
      return { ...state, clock: clock(true), lastRound: null, pending: null };
    case TYPES.TIMER_TICK:
    case TYPES.GAME_RESUMED:
      return { ...state, clock: clock(true) };
    case TYPES.WORD_RESULT:
    case TYPES.WORD_REVEALED:
    case TYPES.WORD_CORRECTED:
      return { ...state, pending: null };
    case TYPES.ROUND_ENDED:
      return { ...state, lastRound: payload };
    case TYPES.SCORE_SUMMARY:
      return { ...state, review: setDelay(payload.nextRoundIn, now) };
    case TYPES.PLAYER_CONNECTION: {
      const { [payload.playerId]: _, ...others } = state.connections;
      const isWell = payload.status === "connected";
      return { ...state, connections: isWell ? others : { ...others, [payload.playerId]: payload.status } };
    }
    case TYPES.ROOM_CLOSED:
      return { ...state, closed: payload.reason };
    default:
      return state;
  }
}

/**
 * What an event changes in the game; undefined for a message that is no event.
 * @template {keyof ServerPayloads} Type
 * @param {GameState} game
 * @param {Type} type
 * @param {ServerPayloads[Type]} payload
 */
function applyEvent(game, type, payload) {
  return EVENTS[type]?.(game, payload);
}

/**
 * For each event what it changes in the game; `reduce` keeps the numbers.
 * @type {{[Type in keyof ServerPayloads]?: (game: GameState, payload: ServerPayloads[Type]) => Partial<GameState>}}
 */
const EVENTS = {
  [TYPES.ROOM_CREATED]: (_game, { hostId, hostName, maxPlayers }) => ({
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
    const away = game.away?.filter((other) => other.playerId !== playerId);
    // The server lists people in the order of their ids; a former host who takes a seat comes first.
    return { players: [...others, player].sort((a, b) => (a.playerId < b.playerId ? -1 : 1)), away };
  },

  [TYPES.PLAYER_LEFT](game, { playerId, reason }) {
    const gone = game.players.filter((player) => player.playerId === playerId && reason === "disconnected");
    const away = [...(game.away ?? []), ...gone.map(toAway)].slice(-MAX_AWAY);
    const players = game.players.filter((player) => player.playerId !== playerId);
    const teams = game.teams.map((team) => ({ ...team, players: team.players.filter((id) => id !== playerId) }));
    return { players, teams, away };
  },

  [TYPES.PLAYER_RENAMED]: (game, { playerId, playerName }) => ({
    players: game.players.map((player) => (player.playerId === playerId ? { ...player, playerName } : player)),
    hostName: playerId === game.hostId ? playerName : game.hostName,
  }),

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
    /** @type {Partial<GameState>} */
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
    if (state === "GAME_ENDED" && IN_ROUND.includes(game.state) && game.round) {
      changed.rounds = [...game.rounds, playedRound(game.round)];
    }
    return changed;
  },

  [TYPES.TEAM_SETUP_STARTED]: (game, { teams }) => seated(game, teams),
  [TYPES.TEAM_SETUP_CANCELLED]: (game) => seated(game, []),
  [TYPES.PLAYER_ASSIGNED_TEAM]: (game, { teams }) => seated(game, teams),
  [TYPES.GAME_RESTARTED](game, { teams }) {
    const { players, ...others } = seated(game, teams);
    return { ...others, rounds: [], players: players.map((player) => ({ ...player, sittingOut: false })) };
  },

  [TYPES.COUNTDOWN_TICK]: (_game, { remainingSeconds, teamId, explainerPlayerId }) => ({
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

  [TYPES.WORD_REVEALED]: (_game, word) => ({ currentWord: word, currentWordId: word.wordId }),

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

  [TYPES.TIMER_TICK]: (_game, { remainingSeconds }) => ({ remainingSeconds }),
  [TYPES.GAME_PAUSED]: (game, { reason, remainingSeconds }) => ({
    pauseReason: reason,
    remainingSeconds: remainingSeconds ?? game.remainingSeconds,
  }),
  [TYPES.GAME_RESUMED]: (_game, { remainingSeconds }) => ({ pauseReason: undefined, remainingSeconds }),

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

  [TYPES.GAME_ENDED]: (_game, payload) => ({ final: payload }),
  [TYPES.SETTINGS_UPDATED]: (_game, { settings }) => ({ settings }),
  [TYPES.HOST_CHANGED]: (_game, { hostId, hostName }) => ({ hostId, hostName, hostConnected: true }),
  [TYPES.ROOM_LOCKED]: () => ({ locked: true }),
  [TYPES.ROOM_UNLOCKED]: () => ({ locked: false }),
  [TYPES.ROOM_CLOSED]: () => ({ state: "ROOM_CLOSED" }),
  [TYPES.NOTICE]: () => ({}),
};

/** @param {GameState["players"][number]} player */
function toAway({ playerId, playerName, avatarColor, teamId }) {
  return { playerId, playerName, avatarColor, teamId };
}

/** @param {GameState} game @param {TeamView[]} teams */
function seated(game, teams) {
  const away = game.away?.map((one) => ({
    ...one,
    teamId: teams.some((team) => team.id === one.teamId) ? one.teamId : null,
  }));
  const teamOf = new Map(teams.flatMap((team) => team.players.map((id) => [id, team.id])));
  const players = game.players.map((player) => ({ ...player, teamId: teamOf.get(player.playerId) ?? null }));
  return { players, away, ...standings(teams) };
}

/**
 * @param {GameState} game
 * @param {string} teamId
 * @param {number} newScore
 * @param {(words: WordView[]) => WordView[]} change
 */
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

/** The entry of a finished round in the game's history. @param {CurrentRoundView} round @returns {RoundView} */
function playedRound({ roundNumber, teamId, explainerPlayerId, points, words }) {
  const wordsGuessed = words.filter((word) => word.action === "guessed").length;
  return { roundNumber, teamId, explainerPlayerId, points, wordsGuessed, wordsSkipped: words.length - wordsGuessed };
}

/** @param {TeamView[]} teams */
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

/** The game without the fields that its state does not have. @param {GameState} game */
function prune(game) {
  const pruned = { ...game };
  for (const field of /** @type {(keyof typeof FIELD_STATES)[]} */ (Object.keys(FIELD_STATES))) {
    if (pruned[field] === undefined || !FIELD_STATES[field].includes(game.state)) {
      delete pruned[field];
    }
  }
  return pruned;
}
