/** Announcements for screen readers: one at a time, the newest wins, no repetition. */

import { setText } from "./dom.js";

const PAUSE_MS = 700;

export class Announcer {
  #region;
  #pending = "";
  #timer = 0;

  /** @param {HTMLElement} region an element with `aria-live` */
  constructor(region) {
    this.#region = region;
  }

  /** @param {string | undefined} text */
  announce(text) {
    if (!text || text === this.#pending) {
      return;
    }
    this.#pending = text;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      setText(this.#region, this.#pending);
      this.#pending = "";
    }, PAUSE_MS);
  }
}
