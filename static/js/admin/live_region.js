/** A part of a page that the server draws anew every few seconds. What was chosen and focused in it stays so. */

const PATIENCE_MS = 8000;

export class LiveRegion {
  #region;
  #tell;
  #timer = null;
  #shown = null;
  #hasEnded = false;

  /** `region` says in its data from where (`live`) and how often (`every`, seconds). `tell` hears what came of it. */
  constructor(region, { tell }) {
    this.#region = region;
    this.#tell = tell;
    this.isPaused = false;
  }

  start() {
    this.#wait();
  }

  toggle() {
    this.isPaused = !this.isPaused;
    this.#tell(this.isPaused ? "paused" : "fresh");
    if (this.isPaused) {
      window.clearTimeout(this.#timer);
    } else {
      this.#refresh();
    }
  }

  /** Somebody is looking again, or not any more. */
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
    this.#tell(outcome);
    if (!this.#hasEnded) {
      this.#wait();
    }
  }

  #wait() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#refresh(), Number(this.#region.dataset.every) * 1000);
  }

  async #load() {
    let answer;
    let html;
    try {
      answer = await fetch(this.#region.dataset.live, {
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      html = await answer.text();
    } catch (error) {
      console.info("Not refreshed:", error.message);
      return "failed";
    }
    if (answer.ok) {
      this.#draw(html);
      return "fresh";
    }
    // A redirect leads to the login page.
    return answer.type === "opaqueredirect" || answer.status < 500 ? "ended" : "failed";
  }

  #draw(html) {
    // A button that is being pressed has to be there when it is let go.
    if (this.isPaused || html === this.#shown || this.#region.querySelector(":active")) {
      return;
    }
    const chosen = [...this.#region.querySelectorAll("input:checked")].map((box) => box.id);
    const focused = this.#region.contains(document.activeElement) ? document.activeElement.id : "";
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    this.#region.replaceChildren(...fresh.childNodes);
    this.#shown = html;
    chosen
      .map((id) => document.getElementById(id))
      .filter(Boolean)
      .forEach((box) => {
        box.checked = true;
      });
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}
