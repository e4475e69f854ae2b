/** The dialog of the room's settings, within the protocol's ranges. */

import { create, el, findAll, setText, show } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { RANGES, TYPES } from "../protocol.js";
import { isPlaying } from "../selectors.js";

/** @import { ServerMessage, Settings } from "../protocol.js" */
/** @import { HostPage } from "./page.js" */
/** @import { Pack } from "./rules.js" */

/** @typedef {Exclude<keyof Settings, "wordPackIds">} FieldName */

/** @type {Record<string, {min?: number, max?: number, choices?: readonly string[], default: unknown}>} */
const FIELD_RANGES = RANGES;

/** The settings with one field each; the packs have a checkbox each. */
const NAMES = /** @type {FieldName[]} */ (Object.keys(RANGES).filter((name) => name !== "wordPackIds"));

/** Whether a setting is a number, from its range. @param {FieldName} name */
const isNumber = (name) => !FIELD_RANGES[name].choices && typeof (FIELD_RANGES[name].default ?? 0) === "number";

export class SettingsDialog {
  #dialog;
  #form;
  #host;
  /** @type {string | null} */
  #requestId = null;

  /** @param {HostPage} host */
  constructor(host) {
    this.#host = host;
    this.#dialog = host.dialogs.get("settings");
    this.#form = el("form", this.#dialog, HTMLFormElement);
    for (const input of this.#numberInputs()) {
      const { min, max } = FIELD_RANGES[input.name];
      input.min = String(min);
      input.max = String(max);
    }
    this.#buildLanguages();
    this.#buildPacks();
    this.#form.addEventListener("input", () => this.#drawPacks());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  open() {
    const game = this.#host.room.state.gameState;
    if (!game) {
      return;
    }
    this.#requestId = null;
    this.#fillIn(game.settings);
    const isFrozen = isPlaying(game);
    el("fields", this.#dialog, HTMLFieldSetElement).disabled = isFrozen;
    show(el("frozen", this.#dialog), isFrozen);
    show(el("save", this.#dialog), !isFrozen);
    this.#showProblem("");
    this.#host.dialogs.open("settings");
  }

  /** Take the server's answer: the new settings, or what is wrong with them; whether the message was one. @param {ServerMessage} message */
  onMessage({ type, payload }) {
    if (!this.#requestId) {
      return false;
    }
    if (type === TYPES.SETTINGS_UPDATED) {
      this.#dialog.close();
    } else if (type === TYPES.ERROR && payload.requestId === this.#requestId) {
      this.#showProblem(payload.message);
    } else {
      return false;
    }
    this.#requestId = null;
    return true;
  }

  /** @param {Settings} settings */
  #fillIn(settings) {
    for (const name of NAMES) {
      this.#field(name).value = String(settings[name] ?? "");
    }
    for (const box of this.#boxes()) {
      box.checked = settings.wordPackIds.includes(box.value);
    }
    this.#drawPacks();
  }

  #save() {
    const settings = this.#host.room.state.gameState?.settings;
    if (!settings) {
      return;
    }
    const wanted = this.#read();
    const problem = this.#problemWith(wanted);
    const changed = Object.entries(wanted).filter(
      ([name, value]) => String(value) !== String(Reflect.get(settings, name)),
    );
    if (problem) {
      this.#showProblem(problem);
    } else if (changed.length === 0) {
      this.#showProblem("");
      this.#dialog.close();
    } else {
      this.#requestId = this.#host.room.send(TYPES.UPDATE_SETTINGS, { settings: Object.fromEntries(changed) });
      this.#showProblem(this.#requestId ? "" : gettext("No connection. Try again in a moment."));
    }
  }

  /** The settings as the form has them; the server checks their types. */
  #read() {
    const valueIn = (/** @type {FieldName} */ name) => {
      const text = this.#field(name).value;
      return isNumber(name) ? (text === "" ? null : Number(text)) : text;
    };
    return {
      ...Object.fromEntries(NAMES.map((name) => [name, valueIn(name)])),
      wordPackIds: this.#chosenPacks().map((pack) => pack.id),
    };
  }

  /** What to correct; empty when nothing. @param {Pick<Settings, "wordPackIds">} wanted */
  #problemWith({ wordPackIds }) {
    const wrong = this.#numberInputs().find((input) => !input.validity.valid);
    if (wrong) {
      wrong.focus();
      const label = wrong.closest("label")?.firstElementChild?.firstChild?.textContent?.trim() ?? "";
      return fill(gettext("%(setting)s: a whole number from %(min)s to %(max)s."), {
        setting: label,
        min: wrong.min,
        max: wrong.max,
      });
    }
    return wordPackIds.length === 0 ? gettext("Choose at least one word pack.") : "";
  }

  /** @param {string} text */
  #showProblem(text) {
    setText(el("problem", this.#dialog), text);
  }

  /** @param {FieldName} name */
  #field(name) {
    const field = this.#form.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
      return field;
    }
    throw new Error(`The form has no field ${name}.`);
  }

  #numberInputs() {
    return this.#inputs('input[type="number"]');
  }

  #boxes() {
    return this.#inputs('input[name="wordPackIds"]');
  }

  /** @param {string} selector */
  #inputs(selector) {
    return findAll(this.#form, selector).filter((input) => input instanceof HTMLInputElement);
  }

  #chosenPacks() {
    const ids = this.#boxes()
      .filter((box) => box.checked && !box.closest("li")?.hidden)
      .map((box) => box.value);
    return this.#host.packs.filter((pack) => ids.includes(pack.id));
  }

  /** Hide packs of other languages; count the words to play with. */
  #drawPacks() {
    const language = this.#field("language").value;
    const difficulty = this.#field("difficulty").value;
    const ofLanguage = this.#host.packs.filter((pack) => pack.language === language).map((pack) => pack.id);
    for (const item of el("packs", this.#dialog).children) {
      if (item instanceof HTMLElement) {
        show(item, ofLanguage.includes(item.dataset.pack ?? ""));
      }
    }
    const wordsOf = (/** @type {Pack} */ pack) =>
      difficulty === "mixed" ? pack.wordCount : (pack.byDifficulty[difficulty] ?? 0);
    const count = this.#chosenPacks().reduce((total, pack) => total + wordsOf(pack), 0);
    setText(
      el("word-total", this.#dialog),
      fill(ngettext("%(count)s word to play with", "%(count)s words to play with", count), { count }),
    );
  }

  #buildLanguages() {
    const languages = [...new Set(this.#host.packs.map((pack) => pack.language))];
    const names = new Intl.DisplayNames([document.documentElement.lang], { type: "language" });
    this.#field("language").append(
      ...languages.map((language) => create("option", { value: language }, names.of(language))),
    );
    show(el("language", this.#dialog), languages.length > 1);
  }

  #buildPacks() {
    el("packs", this.#dialog).append(...this.#host.packs.map(packChoice));
  }
}

/** @param {Pack} pack */
function packChoice({ id, name, wordCount, minAge }) {
  return create(
    "li",
    { class: "choice", "data-pack": id },
    create(
      "label",
      {},
      create("input", { type: "checkbox", name: "wordPackIds", value: id }),
      create(
        "span",
        {},
        name,
        " ",
        create("small", {}, wordCount),
        minAge ? create("span", { class: "tag" }, fill(gettext("from %(age)s"), { age: minAge })) : null,
      ),
    ),
  );
}
