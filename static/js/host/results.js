/** The end of a game: who won, how the scores grew, and the way to another one. */

import { el, setText, show } from "../dom.js";
import { TYPES } from "../protocol.js";
import { drawPodium } from "../widgets/podium.js";
import { sharingView } from "../widgets/result_link.js";
import { drawResultSummary } from "../widgets/result_summary.js";
import { scoreChart, scoreTable } from "../widgets/score_chart.js";
import { onAction } from "./actions.js";
import { rulesText } from "./rules.js";

/** @import { RoundView } from "../protocol.js" */
/** @import { View } from "../screens.js" */
/** @import { HostPage } from "./page.js" */

/** @param {HTMLElement} section @param {HostPage} host @returns {View} */
export function resultsView(section, host) {
  const chart = el("chart", section);
  const table = el("table", section);
  const sharing = sharingView(section, host.toasts);
  /** @type {RoundView[] | null} */
  let charted = null;
  onAction(section, {
    restart: () => host.room.send(TYPES.RESTART_GAME, {}),
    settings: () => host.settings.open(),
    closeRoom: () => host.closeRoom(),
    toggleTable(button) {
      const isTable = table.hidden;
      show(table, isTable);
      show(chart, !isTable);
      button.setAttribute("aria-pressed", String(isTable));
    },
  });
  return {
    draw({ gameState: game }) {
      if (!game.final) {
        return;
      }
      drawResultSummary(section, game, game.final);
      drawPodium(el("podium", section), game);
      setText(el("rules", section), rulesText(game.settings, host.packs));
      sharing.draw(game);
      if (charted !== game.rounds) {
        charted = game.rounds;
        chart.replaceChildren(scoreChart(game));
        table.replaceChildren(scoreTable(game));
      }
    },
  };
}
