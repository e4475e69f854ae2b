/** The address of a finished game's page: a link, and a button that shares it. */

import { create, data, el, setText, show } from "../dom.js";
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
  const link = create("a", { class: "sharing__url small", "data-el": "share-url", target: "_blank", rel: "noopener" });
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
        if (!link.isConnected) {
          el("sharing", section).append(link);
        }
      }
    },
  };
}
