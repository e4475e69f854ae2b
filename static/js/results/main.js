/** The page of a finished game works without a script; this adds the button that shares its address. */

import "../started.js";
import { data, el } from "../dom.js";
import { share } from "../share.js";
import { Toasts } from "../toasts.js";

const toasts = new Toasts(el("toasts"));
const button = el("share");
const link = { url: data(button, "url"), title: data(button, "title") };

button.removeAttribute("data-waiting");
button.addEventListener("click", () => share(link, el("url"), toasts));
