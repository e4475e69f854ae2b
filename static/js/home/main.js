/** The home page: the room this phone was in, codes as people type them, and the rules in a line. */

import { create, el, setText, show } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { lastSeat, Seat } from "../seat.js";

offerLastRoom();
tidyCode(document.getElementById("code"));
// Without an account there may be no room to make here.
document.querySelectorAll('[data-el="create"]').forEach(followRules);

/** "Back to your room", if this browser has a seat in one that still is. */
async function offerLastRoom() {
  const last = lastSeat();
  if (!last) {
    return;
  }
  const response = await fetch(`${document.body.dataset.apiUrl}${last.code}`);
  if (response.status === 404) {
    new Seat(last.code).forget();
  } else if (response.ok) {
    const code = `${last.code.slice(0, 3)} ${last.code.slice(3)}`;
    const text = last.playerName
      ? fill(gettext("Play in %(code)s as %(name)s"), { code, name: last.playerName })
      : fill(gettext("Play in %(code)s"), { code });
    el("back-list").append(create("li", {}, create("a", { class: "button", href: `/${last.code}` }, text)));
    show(el("back"), true);
  }
}

/** Capitals and no blanks, wherever a code is pasted from; six characters are enough to go. */
function tidyCode(input) {
  input.addEventListener("input", () => {
    const tidy = input.value.toUpperCase().replace(/[^A-Z0-9]/g, "");
    if (tidy !== input.value.replace(" ", "")) {
      input.value = tidy;
    }
    input.removeAttribute("aria-invalid");
    setText(document.getElementById("code-error"), "");
  });
}

function followRules(form) {
  const draw = () => {
    const chosen = new FormData(form);
    const language = chosen.get("language");
    const packs = [...el("packs").children];
    packs.forEach((item) => show(item, item.dataset.language === language));
    const ticked = packs.filter((item) => !item.hidden && item.querySelector("input").checked);
    const words = ticked.reduce((sum, item) => sum + Number(item.dataset.words), 0);
    setText(el("word-count"), fill(ngettext("%(count)s word", "%(count)s words", words), { count: words }));
    setText(
      el("summary"),
      fill(gettext("%(teams)s teams · %(seconds)s seconds · %(rounds)s rounds · %(words)s words"), {
        teams: chosen.get("num_teams"),
        seconds: chosen.get("round_duration_sec"),
        rounds: chosen.get("rounds_per_team"),
        words,
      }),
    );
  };
  form.addEventListener("change", draw);
  draw();
}
