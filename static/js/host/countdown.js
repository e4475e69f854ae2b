/** Three, two, one: whose turn comes, and where the words will appear. */

import { part, setText } from "../dom.js";
import { drawTurn } from "../board/turn.js";
import { gettext } from "../i18n.js";

export function countdownView(section) {
  return {
    draw({ gameState: game }) {
      drawTurn(part("turn", section), game);
      setText(part("number", section), game.remainingSeconds ?? "");
      setText(
        part("note", section),
        game.settings.wordHolder === "host"
          ? gettext("The words will appear here. Only you should see this screen.")
          : gettext("The words will appear on the explainer’s phone."),
      );
    },
  };
}
