/** What the host's page and the big screen read out of a game state. */

import { nameOf, team } from "../store.js";

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
  ROOM_CLOSED: "farewell",
};

/** The name of the view that belongs to the room's state. */
export function phaseOf(game) {
  return PHASES[game.state];
}

/** Whether a game is being played, so that the rules are frozen. */
export function isPlaying(game) {
  return ["countdown", "round", "pause", "review"].includes(phaseOf(game));
}

/** Whose turn it is, or comes next: `{team, explainer}` with the explainer's name; either may be missing. */
export function turnOf(game) {
  const teamId = game.nextTeamId ?? game.activeTeamId;
  const explainerId = game.nextExplainerPlayerId ?? game.explainerPlayerId;
  return { team: team(game, teamId), explainer: nameOf(game, explainerId) };
}

/** How the words of the round have come out: `{guessed, skipped, points}`. */
export function tally(round) {
  const words = round?.words ?? [];
  const guessed = words.filter((word) => word.action === "guessed").length;
  return { guessed, skipped: words.length - guessed, points: round?.points ?? 0 };
}

/**
 * What keeps the game from starting: `teamless`, `empty` or `uneven`, as the server would judge it; `thin` (a team of
 * one) only warns; null: nothing.
 */
export function startObstacle(game) {
  const sizes = game.teams.map((one) => one.players.length);
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

/** Who of the players is away, and so may be waited for. */
export function awaited(game) {
  return game.players.filter((player) => !player.connected);
}

/** The chart's lines: for each team its score after each of its turns, starting with 0. */
export function scoreLines(game) {
  return game.teams.map((one) => {
    const points = [0];
    for (const round of game.rounds.filter((played) => played.teamId === one.id)) {
      points.push(points.at(-1) + round.points);
    }
    return { team: one, points };
  });
}
