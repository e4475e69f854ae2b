/** Moving a seat to this phone: the response to the form is the session secret, which only this browser keeps. */

import "../started.js";
import { data, el, setText } from "../dom.js";
import { gettext } from "../i18n.js";
import { Seat } from "../seat.js";

/** @typedef {{url: string, sessionId?: string, error?: {message: string}}} Answer */

const form = el("form", document, HTMLFormElement);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  redeem().catch((error) => {
    console.warn(error);
    setText(el("error"), gettext("The server did not answer. Check your connection and try again."));
  });
});

async function redeem() {
  const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
  /** @type {Answer} */
  const { url, sessionId, error } = await response.json();
  if (error) {
    setText(el("error"), error.message);
    return;
  }
  if (sessionId) {
    new Seat(data(document.body, "code")).save(sessionId, "");
  }
  window.location.replace(url);
}
