/** The home page: a link back to the last room, codes as people type them, and the settings in a line. */

import "../started.js";
import { create, data, el, find, findAll, setText, show } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { CODE_LENGTH, readCode, spacedCode } from "../room_code.js";
import { lastSeat, Seat } from "../seat.js";
import { secondsText, teamsText, turnsText, wordsText } from "../setting_texts.js";

/** How long an answer to a form is waited for. */
const SENT_MS = 15_000;

offerLastRoom();
putJoinFirst();
normalizeCode(find(document, "#code", HTMLInputElement));
// Without an account there may be no form that creates a room.
for (const form of document.querySelectorAll("form")) {
  if (form.dataset.el === "create") {
    summarizeSettings(form);
    submitOnce(form);
  }
}

/** Offer the way back, if this browser has a seat in a room that still exists. */
async function offerLastRoom() {
  const last = lastSeat();
  if (!last) {
    return;
  }
  const response = await fetch(`${data(document.body, "apiUrl")}${last.code}`);
  if (response.status === 404) {
    new Seat(last.code).forget();
  } else if (response.ok) {
    const code = spacedCode(last.code);
    const text = last.playerName
      ? fill(gettext("Play in %(code)s as %(name)s"), { code, name: last.playerName })
      : fill(gettext("Play in %(code)s"), { code });
    el("back-list").append(create("li", {}, create("a", { class: "button", href: `/${last.code}` }, text)));
    show(el("back"), true);
  }
}

/** By touch the code comes first, as the style sheet shows it: for the tab key and screen readers too. */
function putJoinFirst() {
  if (window.matchMedia("(hover: none) and (pointer: coarse)").matches) {
    el("back").after(el("join"));
  }
}

/** Make what is typed or pasted a code; an address that has none yet is left alone. @param {HTMLInputElement} input */
function normalizeCode(input) {
  input.addEventListener("input", (event) => {
    const code = readCode(input.value);
    const isComposing = event instanceof InputEvent && event.isComposing;
    const isUnfinished = /[/:.]/.test(input.value) && code.length !== CODE_LENGTH;
    if (!isComposing && !isUnfinished && code !== input.value.replace(" ", "")) {
      input.value = code;
    }
    input.removeAttribute("aria-invalid");
    setText(find(document, "#code-error", HTMLElement), "");
  });
}

/** Send a form once, however often its button is pressed; a page that is left and come back to may send it again. @param {HTMLFormElement} form */
function submitOnce(form) {
  const button = find(form, 'button[type="submit"]:not([formaction])', HTMLButtonElement);
  const label = button.textContent;
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) {
      event.preventDefault();
      return;
    }
    draw(true, event.submitter === button);
    // Whoever stops the loading may try again.
    window.setTimeout(() => draw(false), SENT_MS);
  });
  window.addEventListener("pageshow", () => draw(false));

  function draw(/** @type {boolean} */ isNowSent, isOpening = false) {
    isSent = isNowSent;
    button.setAttribute("aria-disabled", String(isSent));
    setText(button, isOpening ? gettext("Opening…") : (label ?? ""));
  }
}

/** Keep the line about the chosen settings up to date. @param {HTMLFormElement} form */
function summarizeSettings(form) {
  const draw = () => {
    const chosen = new FormData(form);
    const text = (/** @type {string} */ name) => String(chosen.get(name));
    const packs = findAll(el("packs"), ":scope > *");
    for (const item of packs) {
      show(item, item.dataset.language === text("language"));
    }
    const checked = packs.filter((item) => !item.hidden && find(item, "input", HTMLInputElement).checked);
    const words = checked.reduce((sum, item) => sum + Number(item.dataset.words), 0);
    setText(el("word-count"), wordsText(words));
    const summary = [
      teamsText(Number(text("num_teams"))),
      secondsText(Number(text("round_duration_sec"))),
      turnsText(Number(text("rounds_per_team"))),
      wordsText(words),
    ];
    setText(el("summary"), summary.join(" · "));
  };
  form.addEventListener("change", draw);
  draw();
}
