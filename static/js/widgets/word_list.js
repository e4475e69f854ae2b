/** The words of a round that are no longer secret. */

import { create, el, findAll, reconcile, setData, setText, show } from "../dom.js";
import { fill, gettext } from "../i18n.js";
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
        create("span", { class: "played__text", "data-el": "word", dir: "auto" }),
        create("span", { class: "visually-hidden", "data-el": "action" }),
      ),
    update(item, word) {
      setData(item, "outcome", word.action);
      setText(el("word", item), word.wordText);
      setText(el("action", item), actionText(word.action));
    },
  });
}

/**
 * Keep a list of words, the last one first, to whole rows: what has no room is counted in a last item. Returns what to
 * call after a change of the words.
 * @param {HTMLElement} list
 */
export function wholeRows(list) {
  const more = create("li", { class: "played__more", "data-key": "more" });
  const fit = () => {
    const items = findAll(list, ":scope > .played__word");
    more.remove();
    for (const item of items) {
      show(item, true);
    }
    if (list.clientHeight === 0 || list.scrollHeight <= list.clientHeight + 1) {
      return;
    }
    list.append(more);
    const end = list.getBoundingClientRect().bottom + 1;
    for (let kept = items.length - 1; kept >= 0 && more.getBoundingClientRect().bottom > end; kept -= 1) {
      show(items[kept], false);
      setText(more, fill(gettext("+%(count)s earlier"), { count: items.length - kept }));
    }
  };
  new ResizeObserver(fit).observe(list);
  return fit;
}
