/** The first screen: a name and nothing else. */

import { el, setText, show } from "../dom.js";
import { gettext } from "../i18n.js";
import { lastSeat } from "../seat.js";

const MAX_LENGTH = 20;

export function joinView(section, page) {
  const input = el("name", section);
  input.value = lastSeat()?.playerName ?? "";

  const refuse = (message) => {
    setText(el("error", section), message);
    input.setAttribute("aria-invalid", "true");
    input.focus();
    input.select();
  };

  el("form", section).addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    const problem = problemWith(name);
    if (problem) {
      refuse(problem);
    } else {
      setText(el("error", section), "");
      input.removeAttribute("aria-invalid");
      page.join(name);
    }
  });
  input.addEventListener("input", () => {
    input.removeAttribute("aria-invalid");
    setText(el("error", section), "");
  });

  return {
    /** Show the form again, with a sentence on why. */
    ask(note) {
      setText(el("note", section), note);
      show(el("note", section), Boolean(note));
    },
    /** The server did not take the name. */
    refuse: (error) => refuse(reasonText(error)),
  };
}

function problemWith(name) {
  if (!name) {
    return gettext("Please say who you are.");
  }
  return [...name].length > MAX_LENGTH ? gettext("At most 20 characters, please.") : "";
}

function reasonText(error) {
  const texts = {
    NAME_TAKEN: gettext("Somebody here already has this name. Take another one."),
    NAME_INVALID: gettext("This name cannot be shown. Use 1 to 20 letters, digits or emoji."),
  };
  return texts[error?.code] ?? error?.message ?? "";
}
