/** When the room is closed: how it ended, and nothing more. */

import { drawScores } from "../widgets/scoreboard.js";
import { el, setText, show } from "../dom.js";
import { gettext } from "../i18n.js";

export function endedView(section) {
  return {
    draw({ gameState: game }) {
      const hasScores = Boolean(game?.roundNumber);
      setText(el("title", section), gettext("The room is closed. Thank you for playing!"));
      show(el("scores", section), hasScores);
      if (hasScores) {
        drawScores(el("scores", section), game);
      }
    },
  };
}
