/** The end of a game on the big screen, with a modest celebration. */

import { drawPodium, facts, headline } from "../board/podium.js";
import { resultUrl } from "../board/sharing.js";
import { part, setText, show } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { nameOf } from "../store.js";
import { celebrate } from "./confetti.js";

export function resultsView(section, layer) {
  let isCelebrated = false;
  return {
    draw({ gameState: game }) {
      if (!game.final) {
        return;
      }
      setText(part("headline", section), headline(game));
      setText(part("facts", section), facts(game));
      drawPodium(part("podium", section), game);
      const name = nameOf(game, game.final.mvpPlayerId);
      show(part("mvp", section), Boolean(name));
      setText(part("mvp", section), fill(gettext("Best explainer: %(name)s"), { name }));
      drawKeepsake(part("keepsake", section), resultUrl(game));
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
  if (picture && part("keepsake-qr", figure).getAttribute("src") !== picture) {
    part("keepsake-qr", figure).src = picture;
  }
}
