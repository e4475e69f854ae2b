/** What the screens say about a round. */

import { clockText } from "../clock.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { team } from "../store.js";
import { awaited, tally } from "./facts.js";

/** "5 guessed · 2 skipped". */
export function countsText({ guessed, skipped }) {
  return fill(gettext("%(guessed)s guessed · %(skipped)s skipped"), { guessed, skipped });
}

/** "Team Red: 5 points", of the round that has just ended. */
export function roundHeadline(game) {
  const { points } = tally(game.round);
  const values = { team: team(game, game.round?.teamId)?.name ?? "", points };
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
