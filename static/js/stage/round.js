/** Countdown, round and pause on the big screen: the clock above all. */

import { remainingSeconds } from "../clock.js";
import { el, setText } from "../dom.js";
import { ngettext } from "../i18n.js";
import { tally } from "../selectors.js";
import { setTeam } from "../teams.js";
import { countsText, pauseText, timeLeftText } from "../texts.js";
import { drawClock, LAST_SECONDS } from "../widgets/clock_face.js";
import { drawScores } from "../widgets/scoreboard.js";
import { drawTurn } from "../widgets/turn.js";
import { drawMarks } from "../widgets/word_marks.js";

/** @import { View } from "../screens.js" */

/** From this many letters on, who is missing is written smaller. */
const LONG_REASON = 40;

/** @param {HTMLElement} section @returns {View} */
export function countdownView(section) {
  return {
    draw({ gameState: game }) {
      setTeam(section, game.nextTeamId);
      drawTurn(el("turn", section), game);
      setText(el("number", section), game.remainingSeconds ?? "");
    },
  };
}

/** @param {HTMLElement} section @returns {View} */
export function roundView(section) {
  return {
    draw({ gameState: game }) {
      setTeam(section, game.activeTeamId);
      drawTurn(el("turn", section), game);
      const counts = tally(game.round);
      setText(el("guessed", section), counts.guessed);
      setText(el("unit", section), ngettext("word guessed", "words guessed", counts.guessed));
      setText(el("counts", section), countsText(counts));
      drawMarks(el("marks", section), game.round?.words ?? []);
      drawScores(el("scores", section), game, { activeTeamId: game.activeTeamId });
    },
    tick({ gameState: game, clock }, now) {
      drawClock(el("clock", section), clock, game.round?.roundDurationSec ?? 1, now);
      const isLast = (remainingSeconds(clock, now) ?? LAST_SECONDS + 1) <= LAST_SECONDS;
      colorPage(isLast ? game.activeTeamId : null);
    },
    leave: () => colorPage(null),
  };
}

/** The whole page in the colour of a team, or of none. @param {string | null | undefined} teamId */
function colorPage(teamId) {
  document.body.toggleAttribute("data-last", Boolean(teamId));
  setTeam(document.body, teamId);
}

/** @param {HTMLElement} section @returns {View} */
export function pauseView(section) {
  return {
    draw({ gameState: game }) {
      const reason = el("reason", section);
      drawTurn(el("turn", section), game);
      setText(el("time-left", section), timeLeftText(game));
      setText(reason, pauseText(game));
      reason.toggleAttribute("data-long", pauseText(game).length > LONG_REASON);
      drawScores(el("scores", section), game, { activeTeamId: game.activeTeamId });
    },
  };
}
