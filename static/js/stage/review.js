/** After a round on the big screen: its words, which are no longer secret, the scores, and what comes next. */

import { remainingSeconds } from "../clock.js";
import { el, setText, show } from "../dom.js";
import { tally, teamById } from "../selectors.js";
import { setTeam, teamChip } from "../teams.js";
import { gainText, nextRoundText, roundHeadline, roundSummary } from "../texts.js";
import { drawScores } from "../widgets/scoreboard.js";
import { drawTurn } from "../widgets/turn.js";
import { drawWords } from "../widgets/word_list.js";

/** @import { GameState } from "../protocol.js" */
/** @import { View } from "../screens.js" */

/** @param {HTMLElement} section @returns {View} */
export function reviewView(section) {
  return {
    draw(state) {
      const game = state.gameState;
      setTeam(section, game.round?.teamId);
      setText(el("headline", section), roundHeadline(game));
      drawTeam(el("team", section), game);
      setText(el("gain", section), gainText(tally(game.round).points));
      setText(el("sum", section), roundSummary(state));
      el("played", section).lang = game.settings.language;
      drawWords(
        el("played", section),
        (game.round?.words ?? []).filter((word) => word.wordText),
      );
      drawScores(el("scores", section), game, { activeTeamId: game.round?.teamId });
      show(el("turn", section), Boolean(game.nextTeamId));
      drawTurn(el("turn", section), game);
    },
    tick(state, now) {
      setText(el("next-in", section), nextRoundText(state.gameState, remainingSeconds(state.review, now)));
    },
  };
}

/** The team whose round it was. @param {HTMLElement} element @param {GameState} game */
function drawTeam(element, game) {
  const team = teamById(game, game.round?.teamId);
  if (team && element.dataset.shown !== `${team.id}:${team.name}`) {
    element.dataset.shown = `${team.id}:${team.name}`;
    element.replaceChildren(teamChip(team));
  }
}
