/** The host's controls at the foot of the page, for a player who has become the host. */

import { create, setText, show, sync } from "../dom.js";
import { isHost } from "../selectors.js";
import { ask } from "./confirm.js";
import { hostControls } from "./host_controls.js";

export function drawControls(bar, page, state) {
  const controls = isHost(state) && !page.gone ? hostControls(state.gameState) : [];
  show(bar, controls.length > 0);
  sync(bar, controls, {
    key: (control) => control.type,
    make: (control) => button(control, page),
    update: (element, control) => setText(element, control.label),
  });
}

function button({ type, isMain, question, warning, label }, page) {
  const onclick = async () => {
    if (!question || (await ask({ title: question, text: warning, yes: label }))) {
      page.room.send(type, {});
    }
  };
  return create("button", { class: isMain ? "button button--primary grow" : "button", type: "button", onclick });
}
