/** Short notes that come and go. The newest three are kept. */

import { create } from "./dom.js";

const SHOWN_MS = 5000;
const KEPT = 3;

export class Toasts {
  #list;

  /** `list` is an element with `role="status"` or `aria-live`. */
  constructor(list) {
    this.#list = list;
  }

  /** `kind`: "info", "good", "warning" or "error". */
  show(text, kind = "info", shownMs = SHOWN_MS) {
    const same = [...this.#list.children].find((toast) => toast.textContent === text);
    same?.remove();
    const toast = create("li", { class: "toast", "data-kind": kind }, text);
    this.#list.append(toast);
    while (this.#list.children.length > KEPT) {
      this.#list.firstElementChild.remove();
    }
    window.setTimeout(() => toast.remove(), shownMs);
  }

  clear() {
    this.#list.replaceChildren();
  }
}
