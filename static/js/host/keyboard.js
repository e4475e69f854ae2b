/** Keyboard shortcuts of a screen. They leave fields, buttons and dialogs the keys that those use themselves. */

import { shortcutOf } from "../shortcut.js";

/** @import { HostPage } from "./page.js" */

const PRESSES = [" ", "Enter"];

/** Let the `keys` of the current view answer the keyboard. @param {HostPage} host */
export function listenToShortcuts(host) {
  document.addEventListener("keydown", (event) => {
    const action = host.screens.view?.keys?.[shortcutOf(event)];
    if (action && !isTaken(event) && !host.dialogs.isOpen) {
      event.preventDefault();
      action();
    }
  });
}

/** Whether the key has another meaning where the focus is. @param {KeyboardEvent} event */
function isTaken(event) {
  const { target, key } = event;
  const isModified = event.ctrlKey || event.metaKey || event.altKey;
  if (event.defaultPrevented || event.repeat || isModified || !(target instanceof Element)) {
    return true;
  }
  return target.matches("input, select, textarea") || (PRESSES.includes(key) && target.matches("button, a"));
}
