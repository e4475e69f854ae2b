/** Asking before something that cannot be undone. */

import { confirmed, part, setText } from "../dom.js";

/** Resolves to whether the answer was yes. */
export function ask({ title, text, yes }) {
  const dialog = part("confirm");
  setText(part("confirm-title", dialog), title);
  setText(part("confirm-text", dialog), text);
  setText(part("confirm-yes", dialog), yes);
  return confirmed(dialog);
}
