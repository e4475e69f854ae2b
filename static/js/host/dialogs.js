/** The host's dialogs: one at a time, closed by Escape, a button or a tap beside them. */

import { confirmed, el, setText } from "../dom.js";
import { fill, gettext } from "../i18n.js";

export class Dialogs {
  constructor(root = document) {
    this.byName = new Map([...root.querySelectorAll("[data-dialog]")].map((dialog) => [dialog.dataset.dialog, dialog]));
    this.byName.forEach((dialog) => {
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog || event.target.closest("[data-close]")) {
          dialog.close();
        }
      });
    });
  }

  get(name) {
    return this.byName.get(name);
  }

  get isOpen() {
    return [...this.byName.values()].some((dialog) => dialog.open);
  }

  open(name) {
    const dialog = this.get(name);
    if (!dialog.open) {
      dialog.showModal();
    }
  }

  closeAll() {
    this.byName.forEach((dialog) => dialog.close());
  }

  /** Ask before something that cannot be taken back; resolves to whether it was wanted. */
  confirm({ title, text, yes }) {
    const dialog = this.get("confirm");
    setText(el("title", dialog), title);
    setText(el("text", dialog), text);
    setText(el("yes", dialog), yes);
    return confirmed(dialog);
  }

  /** What to do with a player: resolves to `kick`, `ban`, `transfer` or nothing. */
  player(name) {
    const dialog = this.get("player");
    setText(el("title", dialog), name);
    setText(el("text", dialog), fill(gettext("What should happen to %(name)s?"), { name }));
    return chosen(dialog);
  }

  /** The room's menu: resolves to the choice. */
  menu() {
    return chosen(this.get("menu"));
  }
}

/** Open `dialog`; resolves to the `value` of the button that closed it, empty when it was called off. */
function chosen(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}
