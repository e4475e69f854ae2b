/** The host's controls at the foot of the page, for a player who has become the host. */

import { promptConfirm } from "../dialogs.js";
import { create, el, reconcile, setText, show } from "../dom.js";
import { isHost, isLive, mayReclaimHost } from "../selectors.js";
import { hostControls, RECLAIM } from "./host_controls.js";

/** @import { LiveState, State } from "../reducer.js" */
/** @import { Control } from "./host_controls.js" */
/** @import { PlayerPage } from "./page.js" */

/** @param {HTMLElement} bar @param {PlayerPage} page @param {State} state */
export function drawControls(bar, page, state) {
  const controls = isLive(state) && !page.ending ? controlsFor(state) : [];
  show(bar, controls.length > 0);
  reconcile(bar, controls, {
    key: (control) => control.type,
    make: (control) => button(control, page),
    update: (element, control) => setText(element, control.label),
  });
}

/** @param {LiveState} state */
function controlsFor(state) {
  if (isHost(state)) {
    return hostControls(state.gameState);
  }
  return mayReclaimHost(state) ? [RECLAIM] : [];
}

/** @param {Control} control @param {PlayerPage} page */
function button({ type, isMain, question, warning = "", label }, page) {
  const onclick = async () => {
    const dialog = el("confirm", document, HTMLDialogElement);
    if (!question || (await promptConfirm(dialog, { title: question, text: warning, yes: label }))) {
      page.room.send(type, {});
    }
  };
  return create("button", { class: isMain ? "button button--primary grow" : "button", type: "button", onclick });
}
