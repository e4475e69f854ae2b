/** Countdown, round and pause on the big screen: the clock above all. */

import { el, setText } from "../dom.js";
import { tally } from "../selectors.js";
import { setTeam } from "../teams.js";
import { countsText, pauseText, timeLeftText } from "../texts.js";
import { drawClock } from "../widgets/clock_face.js";
import { drawScores } from "../widgets/scoreboard.js";
import { drawTurn } from "../widgets/turn.js";

/** @import { View } from "../screens.js" */

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
      setText(el("counts", section), countsText(tally(game.round)));
      drawScores(el("scores", section), game, { activeTeamId: game.activeTeamId });
    },
    tick({ gameState: game, clock }, now) {
      drawClock(el("clock", section), clock, game.round?.roundDurationSec ?? 1, now);
    },
  };
}

/** @param {HTMLElement} section @returns {View} */
export function pauseView(section) {
  return {
    draw({ gameState: game }) {
      drawTurn(el("turn", section), game);
      setText(el("time-left", section), timeLeftText(game));
      setText(el("reason", section), pauseText(game));
      drawScores(el("scores", section), game, { activeTeamId: game.activeTeamId });
    },
  };
}
