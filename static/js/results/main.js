/** The page of a finished game does without a script, but for the button that hands its address on. */

import { part, show } from "../dom.js";
import { share } from "../share.js";
import { Toasts } from "../toasts.js";

const toasts = new Toasts(part("toasts"));
const button = part("share");

show(button, true);
button.addEventListener("click", () => share(button.dataset, part("url"), toasts));
