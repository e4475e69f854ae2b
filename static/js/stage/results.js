/** The end of a game on the big screen, with a modest celebration. */

import { drawPodium } from "../widgets/podium.js";
import { gameSummary, resultHeadline } from "../texts.js";
import { resultUrl } from "../widgets/result_link.js";
import { el, setText, show } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { nameOf } from "../selectors.js";
import { celebrate } from "./confetti.js";

export function resultsView(section, layer) {
  let isCelebrated = false;
  return {
    draw({ gameState: game }) {
      if (!game.final) {
        return;
      }
      setText(el("headline", section), resultHeadline(game));
      setText(el("facts", section), gameSummary(game));
      drawPodium(el("podium", section), game);
      const name = nameOf(game, game.final.mvpPlayerId);
      show(el("mvp", section), Boolean(name));
      setText(el("mvp", section), fill(gettext("Best explainer: %(name)s"), { name }));
      drawKeepsake(el("keepsake", section), resultUrl(game));
      if (!isCelebrated) {
        isCelebrated = true;
        celebrate(layer, game);
      }
    },
    leave() {
      isCelebrated = false;
      layer.replaceChildren();
    },
  };
}

/** What phones scan to keep the results. */
function drawKeepsake(figure, url) {
  show(figure, Boolean(url));
  const picture = url && `${new URL(url).pathname}qr.svg`;
  if (picture && el("keepsake-qr", figure).getAttribute("src") !== picture) {
    el("keepsake-qr", figure).src = picture;
  }
}
