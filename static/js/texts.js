/** Sentences that more than one page shows: of a round, a pause, a finished game. */

import { clockText } from "./clock.js";
import { fill, gettext, listed, ngettext } from "./i18n.js";
import { absentPlayers, tally, teamById, winnersOf } from "./selectors.js";

/** @import { FinalView, GameState } from "./protocol.js" */
/** @import { LiveState, WordAction } from "./reducer.js" */

/** "+5", "0" or "−2": what a round has brought. @param {number} points */
export function gainText(points) {
  return points > 0 ? `+${points}` : String(points).replace("-", "−");
}

/** "5 guessed · 2 skipped". @param {{guessed: number, skipped: number}} counts */
export function countsText({ guessed, skipped }) {
  return fill(gettext("%(guessed)s guessed · %(skipped)s skipped"), { guessed, skipped });
}

/** "Team Red: 5 points", of the round that has just ended. @param {GameState} game */
export function roundHeadline(game) {
  const { points } = tally(game.round);
  const values = { team: teamById(game, game.round?.teamId)?.name ?? "", points };
  return fill(ngettext("%(team)s: %(points)s point", "%(team)s: %(points)s points", points), values);
}

/** "5 guessed · 2 skipped · 4.2 s a word", of the round that has just ended. @param {LiveState} state */
export function roundSummary({ gameState: game, lastRound }) {
  const seconds = lastRound?.averageTimePerWord;
  return [
    countsText(tally(game.round)),
    seconds ? fill(gettext("%(seconds)s s a word"), { seconds }) : null,
    lastRound?.reason === "pack_exhausted" ? gettext("the pack is used up") : null,
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * What follows a round, and when.
 * @param {GameState} game
 * @param {number | null} seconds null: unknown
 * @param {string} [hostAway] what to show while the host is away
 */
export function nextRoundText(game, seconds, hostAway = gettext("Waiting for the host…")) {
  if (game.state !== "SCORE_REVIEW" || seconds === null) {
    return game.hostConnected ? gettext("In a moment…") : hostAway;
  }
  return game.nextTeamId
    ? fill(gettext("Next round in %(seconds)s"), { seconds })
    : fill(gettext("Results in %(seconds)s"), { seconds });
}

/** "0:42 left". @param {GameState} game */
export function timeLeftText(game) {
  return fill(gettext("%(time)s left"), { time: clockText(game.remainingSeconds ?? 0) });
}

/** Who the pause waits for. @param {GameState} game */
export function pauseText(game) {
  const names = absentPlayers(game).map((player) => player.playerName);
  if (!game.hostConnected) {
    names.unshift(fill(gettext("%(name)s (host)"), { name: game.hostName }));
  }
  return names.length
    ? fill(gettext("Waiting for %(names)s"), { names: listed(names) })
    : fill(gettext("Everybody is connected. %(host)s can resume."), { host: game.hostName });
}

/** "Team Red wins!", or who shares the first place. @param {GameState} game */
export function resultHeadline(game) {
  const first = winnersOf(game).map((standing) => standing.teamName);
  if (first.length === 1) {
    return fill(gettext("%(team)s wins!"), { team: first[0] });
  }
  return first.length === 2
    ? fill(gettext("A tie: %(one)s and %(other)s"), { one: first[0], other: first[1] })
    : fill(ngettext("A tie of %(count)s team", "A tie of %(count)s teams", first.length), { count: first.length });
}

/** "12 minutes · 96 words". @param {FinalView} final */
export function gameSummary({ gameDurationMin: minutes, totalWordsPlayed: words }) {
  return [
    fill(ngettext("%(count)s minute", "%(count)s minutes", minutes), { count: minutes }),
    fill(ngettext("%(count)s word", "%(count)s words", words), { count: words }),
  ].join(" · ");
}

/** @param {WordAction} action */
export function actionText(action) {
  return action === "guessed" ? gettext("guessed") : gettext("skipped");
}
