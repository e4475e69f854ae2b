/** The page of a finished game does without a script, but for the button that hands its address on. */

import { el, show } from "../dom.js";
import { share } from "../share.js";
import { Toasts } from "../toasts.js";

const toasts = new Toasts(el("toasts"));
const button = el("share");

show(button, true);
button.addEventListener("click", () => share(button.dataset, el("url"), toasts));
