/** Modal dialogs that return an answer. */

import { el, find, setText } from "./dom.js";

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
 * Ask for a name; resolves to it, empty when the dialog was cancelled.
 * @param {HTMLDialogElement} dialog
 * @param {string} name the name so far
 */
export async function promptName(dialog, name) {
  const input = find(dialog, "input", HTMLInputElement);
  input.value = name;
  const choice = promptChoice(dialog);
  input.select();
  return (await choice) === "rename" ? input.value : "";
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
