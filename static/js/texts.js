/** Sentences that more than one page shows: of a round, a pause, a finished game. */

import { clockText } from "./clock.js";
import { fill, gettext, ngettext } from "./i18n.js";
import { awaited, tally, teamById } from "./selectors.js";

/** "5 guessed · 2 skipped". */
export function countsText({ guessed, skipped }) {
  return fill(gettext("%(guessed)s guessed · %(skipped)s skipped"), { guessed, skipped });
}

/** "Team Red: 5 points", of the round that has just ended. */
export function roundHeadline(game) {
  const { points } = tally(game.round);
  const values = { team: teamById(game, game.round?.teamId)?.name ?? "", points };
  return fill(ngettext("%(team)s: %(points)s point", "%(team)s: %(points)s points", points), values);
}

/** "5 guessed · 2 skipped · 4.2 s a word", of the round that has just ended. */
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

/** What the wait after a round is for; `seconds` null: nobody can tell how long. */
export function waitText(game, seconds) {
  if (game.state !== "SCORE_REVIEW" || seconds === null) {
    return game.hostConnected ? gettext("In a moment…") : gettext("Waiting for the host…");
  }
  return game.nextTeamId
    ? fill(gettext("Next round in %(seconds)s"), { seconds })
    : fill(gettext("Results in %(seconds)s"), { seconds });
}

/** "0:42 left". */
export function timeLeftText(game) {
  return fill(gettext("%(time)s left"), { time: clockText(game.remainingSeconds ?? 0) });
}

/** Who the pause waits for, in one line. */
export function awaitedText(game) {
  const names = awaited(game).map((player) => player.playerName);
  if (!game.hostConnected) {
    names.unshift(fill(gettext("%(name)s (host)"), { name: game.hostName }));
  }
  return names.length
    ? fill(gettext("Waiting for %(names)s"), { names: names.join(", ") })
    : gettext("Everybody is here.");
}

/** "Team Red wins!", or who shares the first place. */
export function resultHeadline(game) {
  const first = game.leaderboard.filter((standing) => standing.rank === 1).map((standing) => standing.teamName);
  if (first.length === 1) {
    return fill(gettext("%(team)s wins!"), { team: first[0] });
  }
  return first.length === 2
    ? fill(gettext("A tie: %(one)s and %(other)s"), { one: first[0], other: first[1] })
    : fill(gettext("A tie of %(count)s teams"), { count: first.length });
}

/** "12 minutes · 96 words". */
export function gameSummary(game) {
  const { gameDurationMin: minutes, totalWordsPlayed: words } = game.final;
  return [
    fill(ngettext("%(count)s minute", "%(count)s minutes", minutes), { count: minutes }),
    fill(ngettext("%(count)s word", "%(count)s words", words), { count: words }),
  ].join(" · ");
}
