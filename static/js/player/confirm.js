/** Asking before something that cannot be undone. */

import { confirmed, el, setText } from "../dom.js";

/** Resolves to whether the answer was yes. */
export function ask({ title, text, yes }) {
  const dialog = el("confirm");
  setText(el("confirm-title", dialog), title);
  setText(el("confirm-text", dialog), text);
  setText(el("confirm-yes", dialog), yes);
  return confirmed(dialog);
}
