/** The end of a game on the big screen, with a modest celebration. */

import { create, el, show } from "../dom.js";
import { gettext } from "../i18n.js";
import { drawPodium } from "../widgets/podium.js";
import { resultUrl } from "../widgets/result_link.js";
import { drawResultSummary } from "../widgets/result_summary.js";
import { celebrate } from "./confetti.js";

/** @import { View } from "../screens.js" */

/** @param {HTMLElement} section @param {HTMLElement} confetti @returns {View} */
export function resultsView(section, confetti) {
  let isCelebrated = false;
  return {
    draw({ gameState: game }) {
      if (!game.final) {
        return;
      }
      drawResultSummary(section, game, game.final);
      drawPodium(el("podium", section), game);
      drawResultCode(el("keepsake", section), resultUrl(game));
      if (!isCelebrated) {
        isCelebrated = true;
        celebrate(confetti, game);
      }
    },
    leave() {
      isCelebrated = false;
      confetti.replaceChildren();
    },
  };
}

/** The QR code of the results' address. @param {HTMLElement} figure @param {string | null} url */
function drawResultCode(figure, url) {
  show(figure, Boolean(url));
  const picture = url && `${new URL(url).pathname}qr.svg`;
  if (picture && figure.querySelector("img")?.getAttribute("src") !== picture) {
    figure.querySelector("img")?.remove();
    figure.prepend(
      create("img", { src: picture, alt: gettext("QR code of the results’ page"), width: 120, height: 120 }),
    );
  }
}
