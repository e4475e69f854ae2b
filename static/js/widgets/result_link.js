/** The way to the page of a finished game: a link, and a button that hands it on. */

import { el, setText, show } from "../dom.js";
import { resultHeadline } from "../texts.js";
import { share } from "../share.js";

/** The address of the page that this game has, or null where the result is not shared. */
export function resultUrl(game) {
  const id = game?.final?.resultId;
  return id ? `${document.body.dataset.resultsUrl}${id}/` : null;
}

export function sharingView(section, toasts) {
  const link = el("share-url", section);
  let title = "";
  el("share", section).addEventListener("click", () => share({ url: link.href, title }, link, toasts));
  return {
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
