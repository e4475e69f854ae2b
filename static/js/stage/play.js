/** Countdown, round and pause on the big screen: the clock above all. */

import { drawClock } from "../board/clockface.js";
import { tally } from "../board/facts.js";
import { drawScores } from "../board/scores.js";
import { awaitedText, countsText, timeLeftText } from "../board/sentences.js";
import { drawTurn } from "../board/turn.js";
import { part, setText } from "../dom.js";
import { dress } from "../teams.js";

export function countdownView(section) {
  return {
    draw({ gameState: game }) {
      dress(section, game.nextTeamId);
      drawTurn(part("turn", section), game);
      setText(part("number", section), game.remainingSeconds ?? "");
    },
  };
}

export function roundView(section) {
  return {
    draw({ gameState: game }) {
      dress(section, game.activeTeamId);
      drawTurn(part("turn", section), game);
      setText(part("counts", section), countsText(tally(game.round)));
      drawScores(part("scores", section), game, { activeTeamId: game.activeTeamId });
    },
    tick(state, now) {
      drawClock(part("clock", section), state.clock, state.gameState.round?.roundDurationSec ?? 1, now);
    },
  };
}

export function pauseView(section) {
  return {
    draw({ gameState: game }) {
      drawTurn(part("turn", section), game);
      setText(part("time-left", section), timeLeftText(game));
      setText(part("reason", section), awaitedText(game));
      drawScores(part("scores", section), game, { activeTeamId: game.activeTeamId });
    },
  };
}
