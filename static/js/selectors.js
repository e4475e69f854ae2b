/** What the pages read out of the room's state; pure. */

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
  return { team: teamById(game, teamId), explainer: nameOf(game, explainerId) };
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
export function scoreSeries(game) {
  return game.teams.map((one) => {
    const points = [0];
    for (const round of game.rounds.filter((played) => played.teamId === one.id)) {
      points.push(points.at(-1) + round.points);
    }
    return { team: one, points };
  });
}

/** The player with this id, or undefined. */
export function playerById(game, playerId) {
  return game.players.find((candidate) => candidate.playerId === playerId);
}

/** The team with this id, or undefined. */
export function teamById(game, teamId) {
  return game.teams.find((candidate) => candidate.id === teamId);
}

/** The name to show for somebody, the host included. */
export function nameOf(game, actorId) {
  return playerById(game, actorId)?.playerName ?? (actorId === game.hostId ? game.hostName : "");
}

/** Whether this page's person has the host's controls. */
export function isHost(state) {
  return Boolean(state.me) && state.gameState?.hostId === state.me.actorId;
}

/** Whether the live words come to this page, and its swipes count. */
export function holdsWords(state) {
  return Boolean(state.me) && state.gameState?.wordHolderId === state.me.actorId;
}

/** The word to show now; null while there is none or its answer is on its way. */
export function liveWord(state) {
  const word = state.gameState?.currentWord ?? null;
  return word && state.pending?.wordId !== word.wordId ? word : null;
}

/** A team's score with the answer that is on its way, if there is one. */
export function shownScore(state, { id, score }) {
  const { gameState: game, pending } = state;
  if (!pending || id !== game.activeTeamId) {
    return score;
  }
  return score + (pending.action === "guessed" ? 1 : game.settings.skipPenalty);
}
