/** What a screen reader is told: one thing at a time, the newest wins, and nothing twice in a row. */

const PAUSE_MS = 700;

export class Announcer {
  #region;
  #waiting = "";
  #timer = 0;

  /** `region` is an element with `aria-live`. */
  constructor(region) {
    this.#region = region;
  }

  say(text) {
    if (!text || text === this.#waiting) {
      return;
    }
    this.#waiting = text;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (this.#region.textContent !== this.#waiting) {
        this.#region.textContent = this.#waiting;
      }
      this.#waiting = "";
    }, PAUSE_MS);
  }
}
