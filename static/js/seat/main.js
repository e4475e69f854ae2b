/** Taking a seat over on this phone: the answer to the form is the secret, which only this browser keeps. */

import { el, setText } from "../dom.js";
import { gettext } from "../i18n.js";
import { Seat } from "../seat.js";

const form = el("form");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  take().catch((error) => {
    console.warn(error);
    setText(el("error"), gettext("The server did not answer. Check your connection and try again."));
  });
});

async function take() {
  const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
  const answer = await response.json();
  if (!response.ok) {
    setText(el("error"), answer.error.message);
    return;
  }
  if (answer.sessionId) {
    new Seat(document.body.dataset.code).keep(answer.sessionId, "");
  }
  window.location.replace(answer.url);
}
