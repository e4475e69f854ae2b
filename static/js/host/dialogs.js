/** The host's dialogs: one at a time, closed by Escape, a button or a tap beside them. */

import { promptChoice, promptConfirm, promptName } from "../dialogs.js";
import { closest, data, el, setText, show } from "../dom.js";
import { fill, gettext, isolate } from "../i18n.js";

/** @import { Question } from "../dialogs.js" */

export class Dialogs {
  #byName;

  constructor() {
    const dialogs = [...document.querySelectorAll("dialog")];
    this.#byName = new Map(dialogs.map((dialog) => [data(dialog, "dialog"), dialog]));
    for (const dialog of dialogs) {
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog || closest(event, "[data-close]")) {
          dialog.close();
        }
      });
    }
  }

  /** The dialog with this name. Throws if the page has none. @param {string} name */
  get(name) {
    const dialog = this.#byName.get(name);
    if (!dialog) {
      throw new Error(`The page has no dialog ${name}.`);
    }
    return dialog;
  }

  get isOpen() {
    return [...this.#byName.values()].some((dialog) => dialog.open);
  }

  /** @param {string} name */
  open(name) {
    const dialog = this.get(name);
    if (!dialog.open) {
      dialog.showModal();
    }
  }

  closeAll() {
    for (const dialog of this.#byName.values()) {
      dialog.close();
    }
  }

  /** Ask before something that cannot be undone; resolves to whether the answer was yes. @param {Question} question */
  confirm(question) {
    return promptConfirm(this.get("confirm"), question);
  }

  /**
   * Choose what happens to a player: resolves to `kick`, `ban`, `transfer`, `rename` or "".
   * @param {string} name
   * @param {boolean} isSeated whether the player has a seat, not only a claim to one
   */
  player(name, isSeated) {
    const dialog = this.get("player");
    setText(el("title", dialog), isolate(name));
    setText(el("text", dialog), fill(gettext("What should happen to %(name)s?"), { name }));
    show(el("transfer", dialog), isSeated);
    show(el("rename", dialog), isSeated);
    return promptChoice(dialog);
  }

  /** Ask for a player's new name; resolves to "" when it was cancelled. @param {string} name */
  rename(name) {
    return promptName(this.get("rename"), name);
  }

  /** The room's menu: resolves to the choice. */
  menu() {
    return promptChoice(this.get("menu"));
  }
}
