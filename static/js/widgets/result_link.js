/** The address of a finished game's page: a link, and a button that shares it. */

import { data, el, find, setText, show } from "../dom.js";
import { share } from "../share.js";
import { resultHeadline } from "../texts.js";

/** @import { GameState } from "../protocol.js" */
/** @import { Toasts } from "../toasts.js" */

/** The address of the game's page, or null where results are not shared. @param {GameState} game */
export function resultUrl(game) {
  const id = game.final?.resultId;
  return id ? `${data(document.body, "resultsUrl")}${id}/` : null;
}

/** @param {HTMLElement} section @param {Toasts} toasts */
export function sharingView(section, toasts) {
  const link = find(section, '[data-el="share-url"]', HTMLAnchorElement);
  let title = "";
  el("share", section).addEventListener("click", () => share({ url: link.href, title }, link, toasts));
  return {
    /** @param {GameState} game */
    draw(game) {
      const url = resultUrl(game);
      show(el("sharing", section), Boolean(url));
      if (url) {
        title = resultHeadline(game);
        link.href = url;
        setText(link, url.replace(/^https?:\/\//, ""));
      }
    },
  };
}
