/** A part of a page that is loaded again every few seconds. Checked boxes and the focus in it are kept. */

import { data, findAll } from "../dom.js";

/** @typedef {"fresh" | "paused" | "hidden" | "failed" | "ended"} Outcome of a refresh */

const TIMEOUT_MS = 8000;

export class LiveRegion {
  #region;
  #onOutcome;
  /** @type {number | undefined} */
  #timer;
  /** @type {string | null} */
  #shown = null;
  #hasEnded = false;
  isPaused = false;

  /**
   * @param {HTMLElement} region `data-live`: the URL, `data-every`: the period in seconds
   * @param {(outcome: Outcome) => void} onOutcome
   */
  constructor(region, onOutcome) {
    this.#region = region;
    this.#onOutcome = onOutcome;
  }

  start() {
    this.#schedule();
  }

  toggle() {
    this.isPaused = !this.isPaused;
    this.#onOutcome(this.isPaused ? "paused" : "fresh");
    if (this.isPaused) {
      window.clearTimeout(this.#timer);
    } else {
      this.#refresh();
    }
  }

  /** Refresh a page that has become visible. */
  wake() {
    if (!document.hidden && !this.isPaused && !this.#hasEnded) {
      window.clearTimeout(this.#timer);
      this.#refresh();
    }
  }

  async #refresh() {
    const outcome = document.hidden ? "hidden" : await this.#load();
    if (this.isPaused) {
      return;
    }
    this.#hasEnded = outcome === "ended";
    this.#onOutcome(outcome);
    if (!this.#hasEnded) {
      this.#schedule();
    }
  }

  #schedule() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#refresh(), Number(data(this.#region, "every")) * 1000);
  }

  /** @returns {Promise<Outcome>} */
  async #load() {
    /** @type {Response} */
    let response;
    /** @type {string} */
    let html;
    try {
      response = await fetch(data(this.#region, "live"), {
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      html = await response.text();
    } catch (error) {
      console.info("Not refreshed:", error);
      return "failed";
    }
    if (response.ok) {
      this.#draw(html);
      return "fresh";
    }
    // A redirect leads to the login page.
    return response.type === "opaqueredirect" || response.status < 500 ? "ended" : "failed";
  }

  /** @param {string} html */
  #draw(html) {
    // A button that is being pressed has to be there when it is released.
    if (this.isPaused || html === this.#shown || this.#region.querySelector(":active")) {
      return;
    }
    const checked = findAll(this.#region, "input:checked").map((box) => box.id);
    const focused = this.#region.contains(document.activeElement) ? document.activeElement?.id : "";
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    this.#region.replaceChildren(...fresh.childNodes);
    this.#shown = html;
    for (const id of checked) {
      const box = document.getElementById(id);
      if (box instanceof HTMLInputElement) {
        box.checked = true;
      }
    }
    document.getElementById(focused ?? "")?.focus({ preventScroll: true });
  }
}
