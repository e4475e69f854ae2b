/** The rules dialog: everything that a room can be set to, within the protocol's ranges. */

import { create, el, setText, show } from "../dom.js";
import { isPlaying } from "../selectors.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { RANGES, TYPES } from "../protocol.js";

/** The settings with a field of their own; the packs have a box each. */
const NAMES = Object.keys(RANGES).filter((name) => name !== "wordPackIds");

/** Whether a setting is a number, from its range. */
const isNumber = (name) => RANGES[name].choices === undefined && typeof (RANGES[name].default ?? 0) === "number";

export class SettingsDialog {
  #dialog;
  #form;
  #host;
  #requestId = null;

  constructor(host) {
    this.#host = host;
    this.#dialog = host.dialogs.get("settings");
    this.#form = el("form", this.#dialog);
    this.#numberInputs().forEach((input) => {
      const { min, max } = RANGES[input.name];
      Object.assign(input, { min, max });
    });
    this.#buildLanguages();
    this.#buildPacks();
    this.#form.addEventListener("input", () => this.#count());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  open() {
    const { gameState: game } = this.#host.room.state;
    if (!game) {
      return;
    }
    this.#requestId = null;
    this.#fillIn(game.settings);
    const isFrozen = isPlaying(game);
    el("fields", this.#dialog).disabled = isFrozen;
    show(el("frozen", this.#dialog), isFrozen);
    show(el("save", this.#dialog), !isFrozen);
    this.#complain("");
    this.#host.dialogs.open("settings");
  }

  /** The room's answer: the new rules, or what is wrong with them. Whether the message was that. */
  hear({ type, payload }) {
    if (!this.#requestId) {
      return false;
    }
    const isRefused = type === TYPES.ERROR && payload.requestId === this.#requestId;
    if (type === TYPES.SETTINGS_UPDATED) {
      this.#dialog.close();
    } else if (isRefused) {
      this.#complain(payload.message);
    } else {
      return false;
    }
    this.#requestId = null;
    return true;
  }

  #fillIn(settings) {
    const { elements } = this.#form;
    NAMES.forEach((name) => {
      elements[name].value = String(settings[name] ?? "");
    });
    this.#boxes().forEach((box) => {
      box.checked = settings.wordPackIds.includes(box.value);
    });
    this.#count();
  }

  #save() {
    const wanted = this.#read();
    const { settings } = this.#host.room.state.gameState;
    const changed = Object.entries(wanted).filter(([name, value]) => String(value) !== String(settings[name]));
    const problem = this.#problem(wanted);
    if (problem || changed.length === 0) {
      this.#complain(problem);
      if (!problem) {
        this.#dialog.close();
      }
      return;
    }
    this.#requestId = this.#host.send(TYPES.UPDATE_SETTINGS, { settings: Object.fromEntries(changed) });
    this.#complain(this.#requestId ? "" : gettext("No connection. Try again in a moment."));
  }

  #read() {
    const { elements } = this.#form;
    const value = (name) => {
      const text = elements[name].value;
      return isNumber(name) ? (text === "" ? null : Number(text)) : text;
    };
    return {
      ...Object.fromEntries(NAMES.map((name) => [name, value(name)])),
      wordPackIds: this.#chosen().map((pack) => pack.id),
    };
  }

  #problem(wanted) {
    const wrong = this.#numberInputs().find((input) => !input.validity.valid);
    if (wrong) {
      wrong.focus();
      return fill(gettext("%(setting)s: a whole number from %(min)s to %(max)s."), {
        setting: wrong.closest("label").firstElementChild.firstChild.textContent.trim(),
        ...RANGES[wrong.name],
      });
    }
    return wanted.wordPackIds.length === 0 ? gettext("Choose at least one word pack.") : "";
  }

  #complain(text) {
    setText(el("problem", this.#dialog), text);
  }

  #numberInputs() {
    return [...this.#form.querySelectorAll('input[type="number"]')];
  }

  #boxes() {
    return [...this.#form.querySelectorAll('[name="wordPackIds"]')];
  }

  #chosen() {
    const ids = this.#boxes()
      .filter((box) => box.checked && !box.closest("li").hidden)
      .map((box) => box.value);
    return this.#host.packs.filter((pack) => ids.includes(pack.id));
  }

  /** Packs of another language go; say how many words are left to play with. */
  #count() {
    const { language, difficulty } = this.#form.elements;
    this.#boxes().forEach((box) => {
      const pack = this.#host.packs.find((one) => one.id === box.value);
      show(box.closest("li"), pack.language === language.value);
    });
    const isMixed = difficulty.value === "mixed";
    const words = (pack) => (isMixed ? pack.wordCount : (pack.byDifficulty[difficulty.value] ?? 0));
    const count = this.#chosen().reduce((total, pack) => total + words(pack), 0);
    setText(
      el("word-total", this.#dialog),
      fill(ngettext("%(count)s word to play with", "%(count)s words to play with", count), { count }),
    );
  }

  #buildLanguages() {
    const languages = [...new Set(this.#host.packs.map((pack) => pack.language))];
    const names = new Intl.DisplayNames([document.documentElement.lang], { type: "language" });
    this.#form.elements.language.append(
      ...languages.map((language) => create("option", { value: language }, names.of(language))),
    );
    show(el("language", this.#dialog), languages.length > 1);
  }

  #buildPacks() {
    el("packs", this.#dialog).append(
      ...this.#host.packs.map((pack) =>
        create(
          "li",
          { class: "choice" },
          create(
            "label",
            {},
            create("input", { type: "checkbox", name: "wordPackIds", value: pack.id }),
            create("span", {}, pack.name, " ", create("small", {}, pack.wordCount), age(pack)),
          ),
        ),
      ),
    );
  }
}

/** From which age on a pack is meant, where it is not for everybody. */
function age({ minAge }) {
  return minAge ? create("span", { class: "tag" }, fill(gettext("from %(age)s"), { age: minAge })) : null;
}
