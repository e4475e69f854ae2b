/** The end of a game: who won, how the scores grew, and the way to another one. */

import { el, setText, show } from "../dom.js";
import { scoreChart, scoreTable } from "../widgets/score_chart.js";
import { drawPodium } from "../widgets/podium.js";
import { gameSummary, resultHeadline } from "../texts.js";
import { sharingView } from "../widgets/result_link.js";
import { fill, gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { nameOf } from "../selectors.js";
import { onAction } from "./actions.js";
import { rulesText } from "./rules.js";

export function resultsView(section, host) {
  const chart = el("chart", section);
  const table = el("table", section);
  const sharing = sharingView(section, host.toasts);
  let drawnFor = null;
  onAction(section, {
    restart: () => host.send(TYPES.RESTART_GAME),
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
      setText(el("headline", section), resultHeadline(game));
      setText(el("facts", section), gameSummary(game));
      drawPodium(el("podium", section), game);
      const mvp = nameOf(game, game.final.mvpPlayerId);
      show(el("mvp", section), Boolean(mvp));
      setText(el("mvp", section), fill(gettext("Best explainer: %(name)s"), { name: mvp }));
      setText(el("rules", section), rulesText(game.settings, host.packs));
      sharing.draw(game);
      if (drawnFor !== game.rounds) {
        drawnFor = game.rounds;
        chart.replaceChildren(scoreChart(game));
        table.replaceChildren(scoreTable(game));
      }
    },
  };
}
