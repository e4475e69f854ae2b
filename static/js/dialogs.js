/** Modal dialogs that return an answer. */

import { el, setText } from "./dom.js";

/** @typedef {{title: string, text: string, yes: string}} Question `yes`: the label of the button that confirms */

/**
 * Open `dialog`; resolves to the `value` of the button that closed it, empty when it was cancelled.
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string>}
 */
export function promptChoice(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}

/**
 * Ask before something that cannot be undone; resolves to whether the answer was yes.
 * @param {HTMLDialogElement} dialog
 * @param {Question} question
 */
export async function promptConfirm(dialog, { title, text, yes }) {
  setText(el("title", dialog), title);
  setText(el("text", dialog), text);
  setText(el("yes", dialog), yes);
  return (await promptChoice(dialog)) === "yes";
}
