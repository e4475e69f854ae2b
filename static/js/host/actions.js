/** Buttons name their action in `data-action`; a view defines what the action does. */

import { closest, find } from "../dom.js";

/**
 * Call `actions[name](button)` when a button of `root` with that name is pressed.
 * @param {HTMLElement} root
 * @param {Record<string, (button: HTMLElement) => void>} actions
 */
export function onAction(root, actions) {
  root.addEventListener("click", (event) => {
    const button = closest(event, "[data-action]");
    if (button && root.contains(button)) {
      actions[button.dataset.action ?? ""]?.(button);
    }
  });
}

/** The button of `root` with this action. @param {HTMLElement} root @param {string} name */
export function actionButton(root, name) {
  return find(root, `[data-action="${name}"]`, HTMLElement);
}

/**
 * Enable or disable a button. Disabled it stays focusable, so that its reason can be read; a press then does nothing.
 * @param {HTMLElement} button
 * @param {boolean} isEnabled
 */
export function setUsable(button, isEnabled) {
  button.setAttribute("aria-disabled", String(!isEnabled));
}

/** @param {HTMLElement} button */
export function isUsable(button) {
  return button.getAttribute("aria-disabled") !== "true";
}
