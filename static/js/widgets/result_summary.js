/** The head of a finished game's results: who won, how long it took, who explained best. */

import { el, setFittedText, setText, show } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { nameOf } from "../selectors.js";
import { gameSummary, resultHeadline } from "../texts.js";

/** @import { FinalView, GameState } from "../protocol.js" */

/** @param {HTMLElement} section @param {GameState} game @param {FinalView} final */
export function drawResultSummary(section, game, final) {
  const name = nameOf(game, final.mvpPlayerId);
  setFittedText(el("headline", section), resultHeadline(game));
  setText(el("facts", section), gameSummary(final));
  show(el("mvp", section), Boolean(name));
  setText(el("mvp", section), fill(gettext("Best explainer: %(name)s"), { name }));
}
