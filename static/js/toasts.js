/** Toasts: short notes that disappear by themselves. The newest three are kept. */

import { create } from "./dom.js";
import { plain } from "./i18n.js";

/** @typedef {"info" | "good" | "warning" | "error"} ToastKind */

const SHOWN_MS = 5000;
const MAX_TOASTS = 3;

export class Toasts {
  #list;

  /** @param {HTMLElement} list an element with `role="status"` or `aria-live` */
  constructor(list) {
    this.#list = list;
  }

  /** @param {string} text @param {ToastKind} [kind] @param {number} [shownMs] */
  show(text, kind = "info", shownMs = SHOWN_MS) {
    const same = [...this.#list.children].find((toast) => toast.textContent === plain(text));
    same?.remove();
    const toast = create("li", { class: "toast", "data-kind": kind }, text);
    this.#list.append(toast);
    while (this.#list.children.length > MAX_TOASTS) {
      this.#list.firstElementChild?.remove();
    }
    window.setTimeout(() => toast.remove(), shownMs);
  }

  clear() {
    this.#list.replaceChildren();
  }
}
