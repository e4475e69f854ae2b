/** Countdown, round and pause on the big screen: the clock above all. */

import { drawClock } from "../widgets/clock_face.js";
import { tally } from "../selectors.js";
import { drawScores } from "../widgets/scoreboard.js";
import { awaitedText, countsText, timeLeftText } from "../texts.js";
import { drawTurn } from "../widgets/turn.js";
import { el, setText } from "../dom.js";
import { setTeam } from "../teams.js";

export function countdownView(section) {
  return {
    draw({ gameState: game }) {
      setTeam(section, game.nextTeamId);
      drawTurn(el("turn", section), game);
      setText(el("number", section), game.remainingSeconds ?? "");
    },
  };
}

export function roundView(section) {
  return {
    draw({ gameState: game }) {
      setTeam(section, game.activeTeamId);
      drawTurn(el("turn", section), game);
      setText(el("counts", section), countsText(tally(game.round)));
      drawScores(el("scores", section), game, { activeTeamId: game.activeTeamId });
    },
    tick(state, now) {
      drawClock(el("clock", section), state.clock, state.gameState.round?.roundDurationSec ?? 1, now);
    },
  };
}

export function pauseView(section) {
  return {
    draw({ gameState: game }) {
      drawTurn(el("turn", section), game);
      setText(el("time-left", section), timeLeftText(game));
      setText(el("reason", section), awaitedText(game));
      drawScores(el("scores", section), game, { activeTeamId: game.activeTeamId });
    },
  };
}
