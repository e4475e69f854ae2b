/** The countdown before a round: whose turn comes, and where the words come. */

import { el, setText } from "../dom.js";
import { gettext } from "../i18n.js";
import { drawTurn } from "../widgets/turn.js";

/** @import { View } from "../screens.js" */

/** @param {HTMLElement} section @returns {View} */
export function countdownView(section) {
  return {
    draw({ gameState: game }) {
      drawTurn(el("turn", section), game);
      setText(el("number", section), game.remainingSeconds ?? "");
      setText(
        el("note", section),
        game.settings.wordHolder === "host"
          ? gettext("The words come to this screen, for the explainer and you. Guessers, look away!")
          : gettext("The words come to the explainer’s phone."),
      );
    },
  };
}
