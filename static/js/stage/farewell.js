/** When the room is closed: how it ended, and nothing more. */

import { drawScores } from "../board/scores.js";
import { part, setText, show } from "../dom.js";
import { gettext } from "../i18n.js";

export function farewellView(section) {
  return {
    draw({ gameState: game }) {
      const hasScores = Boolean(game?.roundNumber);
      setText(part("title", section), gettext("The room is closed. Thank you for playing!"));
      show(part("scores", section), hasScores);
      if (hasScores) {
        drawScores(part("scores", section), game);
      }
    },
  };
}
