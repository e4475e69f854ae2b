/** The words of a round that are no secret any more. */

import { create, el, setData, setText, sync } from "../dom.js";
import { gettext } from "../i18n.js";

export function drawWords(list, words) {
  sync(list, words, {
    key: (word) => word.wordId,
    make: (word) =>
      create(
        "li",
        { class: "played__word" },
        create("span", { class: "played__mark", "aria-hidden": "true" }),
        create("span", { class: "played__text" }, word.wordText),
        create("span", { class: "visually-hidden", "data-el": "action" }),
      ),
    update(item, word) {
      setData(item, "outcome", word.action);
      setText(el("action", item), actionName(word.action));
    },
  });
}

export function actionName(action) {
  return action === "guessed" ? gettext("guessed") : gettext("skipped");
}
