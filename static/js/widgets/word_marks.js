/** A tick for each guessed word and a dash for each skipped one, without their texts. */

import { create, reconcile, setData } from "../dom.js";

/** @import { WordView } from "../protocol.js" */

/** @param {HTMLElement} list @param {WordView[]} words */
export function drawMarks(list, words) {
  reconcile(list, words, {
    key: (word) => word.wordId,
    make: () => create("li", { class: "mark" }, create("span", { class: "played__mark" })),
    update: (item, word) => setData(item, "outcome", word.action),
  });
}
