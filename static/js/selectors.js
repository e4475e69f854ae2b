/** What the pages read out of the state of a room; pure. */

/** @import { CurrentRoundView, GameState, PlayerView, RoomState, TeamView } from "./protocol.js" */
/** @import { Answer, LiveState, State } from "./reducer.js" */

/** @typedef {"lobby" | "teams" | "countdown" | "round" | "pause" | "review" | "results" | "ended"} Phase */

/** The id of the member who opened the room. */
const FIRST_HOST = "host_1";

/** @type {Record<RoomState, Phase>} */
const PHASES = {
  ROOM_CREATED: "lobby",
  LOBBY: "lobby",
  TEAM_SETUP: "teams",
  READY_TO_START: "teams",
  ROUND_STARTING: "countdown",
  ROUND_ACTIVE: "round",
  ROUND_PAUSED: "pause",
  ROUND_ENDED: "review",
  SCORE_REVIEW: "review",
  READY_FOR_NEXT: "review",
  GAME_ENDED: "results",
  FINAL_RESULTS: "results",
  ROOM_CLOSED: "ended",
};

/** The part of a game that the room's state belongs to. @param {GameState} game */
export function phaseOf(game) {
  return PHASES[game.state];
}

/** Whether a game is being played, so that the rules are frozen. @param {GameState} game */
export function isPlaying(game) {
  return ["countdown", "round", "pause", "review"].includes(phaseOf(game));
}

/** Whether the handshake is done. @param {State} state @returns {state is LiveState} */
export function isLive(state) {
  return state.gameState !== null && state.me !== null;
}

/** @param {GameState} game @param {string | null | undefined} playerId */
export function playerById(game, playerId) {
  return game.players.find((candidate) => candidate.playerId === playerId);
}

/** @param {GameState} game @param {string | null | undefined} teamId */
export function teamById(game, teamId) {
  return game.teams.find((candidate) => candidate.id === teamId);
}

/** The players in the order of `ids`. @param {GameState} game @param {string[]} ids */
export function playersById(game, ids) {
  return ids.map((id) => playerById(game, id)).filter((player) => player !== undefined);
}

/** The name of a player or the host; empty if there is none. @param {GameState} game @param {string | null} [actorId] */
export function nameOf(game, actorId) {
  return playerById(game, actorId)?.playerName ?? (actorId === game.hostId ? game.hostName : "");
}

/** Whether this page has the host's controls. @param {State} state */
export function isHost(state) {
  return isLive(state) && state.gameState.hostId === state.me.actorId;
}

/** Whether this page gets the live words, and its swipes count. @param {State} state */
export function holdsWords(state) {
  return isLive(state) && state.gameState.wordHolderId === state.me.actorId;
}

/** The word to show; null while there is none or its answer is pending. @param {State} state */
export function liveWord(state) {
  const word = state.gameState?.currentWord ?? null;
  return word && state.pending?.wordId !== word.wordId ? word : null;
}

/** A team's score including the pending answer. @param {LiveState} state @param {TeamView} team */
export function shownScore({ gameState: game, pending }, { id, score }) {
  if (!pending || id !== game.activeTeamId) {
    return score;
  }
  return score + (pending.action === "guessed" ? 1 : game.settings.skipPenalty);
}

/** Whose turn it is or comes next: the team, if any, and the explainer's name. @param {GameState} game */
export function turnOf(game) {
  const teamId = game.nextTeamId ?? game.activeTeamId;
  const explainerId = game.nextExplainerPlayerId ?? game.explainerPlayerId;
  return { team: teamById(game, teamId), explainer: nameOf(game, explainerId) };
}

/** The results of the words of a round, including the pending answer. @param {CurrentRoundView} [round] @param {Answer | null} [pending] */
export function tally(round, pending = null) {
  const actions = [...(round?.words ?? []), ...(pending ? [pending] : [])].map((word) => word.action);
  const guessed = actions.filter((action) => action === "guessed").length;
  return { guessed, skipped: actions.length - guessed, points: round?.points ?? 0 };
}

/** The teams on the first place. @param {GameState} game */
export function winnersOf(game) {
  return game.leaderboard.filter((standing) => standing.rank === 1);
}

/**
 * What keeps the game from starting: `teamless`, `empty` or `uneven`, as the server judges it; `thin` (a team of one)
 * only warns; null: nothing.
 * @param {GameState} game
 */
export function startObstacle(game) {
  const sizes = game.teams.map((team) => team.players.length);
  if (game.players.some((player) => player.connected && !player.teamId)) {
    return "teamless";
  }
  if (Math.min(...sizes) === 0) {
    return "empty";
  }
  if (Math.max(...sizes) - Math.min(...sizes) > 1) {
    return "uneven";
  }
  return Math.min(...sizes) < 2 ? "thin" : null;
}

/** Players without a connection, those included whose seats were freed. @param {GameState} game */
export function absentPlayers(game) {
  return everyPlayer(game).filter((player) => !player.connected);
}

/** The players, and those whose seats were freed and who get them back. @param {GameState} game @returns {PlayerView[]} */
export function everyPlayer(game) {
  const away = (game.away ?? []).map((player) => ({ ...player, connected: false, sittingOut: false }));
  return [...game.players, ...away];
}

/** Whether this page's actor opened the room and may become its host again. @param {State} state */
export function mayReclaimHost(state) {
  return isLive(state) && !isHost(state) && state.me.actorId === FIRST_HOST && !state.hasTransferredHost;
}

/** For each team its score after each of its turns, starting with 0. @param {GameState} game */
export function scoreSeries(game) {
  return game.teams.map((team) => {
    const points = [0];
    let total = 0;
    for (const round of game.rounds.filter((played) => played.teamId === team.id)) {
      total += round.points;
      points.push(total);
    }
    return { team, points };
  });
}
