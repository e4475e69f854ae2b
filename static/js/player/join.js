/** The first screen: the form that asks for a name. */

import { el, setText, show } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { lastSeat } from "../seat.js";

/** @import { ErrorCode, ErrorPayload } from "../protocol.js" */
/** @import { PlayerPage } from "./page.js" */

/** @param {HTMLElement} section @param {PlayerPage} page */
export function joinView(section, page) {
  const input = el("name", section, HTMLInputElement);
  input.value = lastSeat()?.playerName ?? "";

  el("form", section).addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (name) {
      clearProblem();
      page.join(name);
    } else {
      showProblem(gettext("Please say who you are."));
    }
  });
  input.addEventListener("input", clearProblem);
  el("claim", section).addEventListener("click", () => {
    clearProblem();
    ask(gettext("Asking the host and your team…"));
    page.claim(input.value.trim());
  });

  return {
    /** Show the form again. @param {string} note why */
    ask,
    /** The server refused the name, or the others the claim. @param {ErrorPayload} error */
    refuse(error) {
      ask("");
      const name = input.value.trim();
      showProblem(refusalText(error, name));
      show(el("claim", section), error.claimable === true);
    },
  };

  /** @param {string} note */
  function ask(note) {
    setText(el("note", section), note);
    show(el("note", section), Boolean(note));
  }

  /** @param {string} text */
  function showProblem(text) {
    setText(el("error", section), text);
    input.setAttribute("aria-invalid", "true");
    input.focus();
    input.select();
  }

  function clearProblem() {
    setText(el("error", section), "");
    show(el("claim", section), false);
    input.removeAttribute("aria-invalid");
  }
}

/** @param {ErrorPayload} error @param {string} name */
function refusalText({ code, message, claimable, looksLike }, name) {
  /** @type {Partial<Record<ErrorCode, string>>} */
  const texts = {
    NAME_TAKEN: claimable ? fill(gettext("%(name)s is here already. Is that you?"), { name }) : takenText(looksLike),
    CLAIM_REFUSED: gettext("Nobody has confirmed that. Take another name, or ask again."),
    NAME_INVALID: gettext("This name cannot be used. Take 1 to 20 letters, digits or emoji."),
  };
  return texts[code] ?? message;
}

/** @param {string} [lookalike] the name that the refused one only looks like */
function takenText(lookalike) {
  return lookalike
    ? fill(gettext("This name looks like %(name)s. Take another one."), { name: lookalike })
    : gettext("Somebody here already has this name. Take another one.");
}
