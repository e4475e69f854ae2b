/** The end of a game: who won, how the scores grew, and the way to another one. */

import { part, setText, show } from "../dom.js";
import { scoreChart, scoreTable } from "../board/chart.js";
import { drawPodium, facts, headline } from "../board/podium.js";
import { sharingView } from "../board/sharing.js";
import { fill, gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { nameOf } from "../store.js";
import { onAction } from "./actions.js";
import { rulesText } from "./rules.js";

export function resultsView(section, host) {
  const chart = part("chart", section);
  const table = part("table", section);
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
      setText(part("headline", section), headline(game));
      setText(part("facts", section), facts(game));
      drawPodium(part("podium", section), game);
      const mvp = nameOf(game, game.final.mvpPlayerId);
      show(part("mvp", section), Boolean(mvp));
      setText(part("mvp", section), fill(gettext("Best explainer: %(name)s"), { name: mvp }));
      setText(part("rules", section), rulesText(game.settings, host.packs));
      sharing.draw(game);
      if (drawnFor !== game.rounds) {
        drawnFor = game.rounds;
        chart.replaceChildren(scoreChart(game));
        table.replaceChildren(scoreTable(game));
      }
    },
  };
}
