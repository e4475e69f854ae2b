/** The words of a round that are no longer secret. */

import { create, el, reconcile, setData, setText } from "../dom.js";
import { actionText } from "../texts.js";

/** @import { WordView } from "../protocol.js" */

/** @param {HTMLElement} list @param {WordView[]} words */
export function drawWords(list, words) {
  reconcile(list, words, {
    key: (word) => word.wordId,
    make: () =>
      create(
        "li",
        { class: "played__word" },
        create("span", { class: "played__mark", "aria-hidden": "true" }),
        create("span", { class: "played__text", "data-el": "word" }),
        create("span", { class: "visually-hidden", "data-el": "action" }),
      ),
    update(item, word) {
      setData(item, "outcome", word.action);
      setText(el("word", item), word.wordText);
      setText(el("action", item), actionText(word.action));
    },
  });
}
