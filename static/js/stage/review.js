/** After a round on the big screen: its words, which are no secret any more, the scores, and what comes next. */

import { drawScores } from "../board/scores.js";
import { roundHeadline, roundSummary, waitText } from "../board/sentences.js";
import { drawTurn } from "../board/turn.js";
import { drawWords } from "../board/wordlist.js";
import { remainingSeconds } from "../clock.js";
import { part, setText, show } from "../dom.js";
import { dress } from "../teams.js";

export function reviewView(section) {
  return {
    draw(state) {
      const game = state.gameState;
      dress(section, game.round?.teamId);
      setText(part("headline", section), roundHeadline(game));
      setText(part("sum", section), roundSummary(state));
      drawWords(part("played", section), (game.round?.words ?? []).filter((word) => word.wordText));
      drawScores(part("scores", section), game, { activeTeamId: game.round?.teamId });
      show(part("turn", section), Boolean(game.nextTeamId));
      drawTurn(part("turn", section), game);
    },
    tick(state, now) {
      setText(part("next-in", section), waitText(state.gameState, remainingSeconds(state.review, now)));
    },
  };
}
