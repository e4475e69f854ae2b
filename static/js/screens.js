/** Screens of a page: one section with `data-screen` at a time, drawn by its view. */

import { findAll, isVisible, show } from "./dom.js";
import { attempt } from "./guard.js";

/** @import { ServerMessage } from "./protocol.js" */
/** @import { LiveState } from "./reducer.js" */

/**
 * What draws one screen.
 * @typedef {object} View
 * @property {(state: LiveState) => void} [draw]
 * @property {(state: LiveState, now: number) => void} [tick] called often, for what changes with time alone
 * @property {(message: ServerMessage, state: LiveState) => void} [onMessage]
 * @property {() => void} [leave]
 * @property {HTMLElement} [focus] what gets the focus, in place of the heading
 * @property {Record<string, () => void>} [keys] keyboard shortcuts
 */

export class Screens {
  /** @type {Map<string, HTMLElement>} */
  #sections;
  /** @type {Map<string, View>} */
  #views = new Map();
  /** The screen that is shown; null before the first one. @type {string | null} */
  name;

  constructor() {
    this.#sections = new Map(findAll(document, "section[data-screen]").map((one) => [one.dataset.screen ?? "", one]));
    this.name = [...this.#sections].find(([, section]) => !section.hidden)?.[0] ?? null;
  }

  /** Let a view draw a screen. Throws if the page has none of this name. @param {Record<string, View>} views */
  register(views) {
    for (const [name, view] of Object.entries(views)) {
      this.section(name);
      this.#views.set(name, view);
    }
  }

  /** The section of a screen. Throws if the page has none of this name. @param {string} name */
  section(name) {
    const section = this.#sections.get(name);
    if (!section) {
      throw new Error(`The page has no screen ${name}.`);
    }
    return section;
  }

  /** The view of the screen that is shown, if it has one. */
  get view() {
    return this.#views.get(this.name ?? "");
  }

  /** All views, whether shown or not. */
  get views() {
    return [...this.#views.values()];
  }

  /**
   * Show a screen and fill it; the focus follows what replaced the place where it was.
   * @param {string} name
   * @param {() => void} draw
   */
  show(name, draw) {
    const focused = document.activeElement;
    const previous = this.name;
    if (name !== previous) {
      this.#switchTo(name);
    }
    attempt(draw);
    this.#keepFocus(focused, previous !== null && name !== previous);
  }

  /** @param {LiveState} state */
  tick(state) {
    if (document.visibilityState === "visible") {
      attempt(() => this.view?.tick?.(state, performance.now()));
    }
  }

  /** @param {string} name */
  #switchTo(name) {
    attempt(() => this.view?.leave?.());
    for (const [other, section] of this.#sections) {
      show(section, other === name);
    }
    this.name = name;
    document.body.dataset.screen = name;
    window.scrollTo(0, 0);
  }

  /** @param {Element | null} focused before the change @param {boolean} isNew */
  #keepFocus(focused, isNew) {
    const now = document.activeElement;
    const isNowhere = !now || now === document.body || !isVisible(now);
    const isLost = isNowhere && (isNew || focused !== document.body);
    const isEnd = isNew && this.name === "ended";
    if ((isLost || isEnd) && !document.querySelector("dialog[open]")) {
      const goal = this.view?.focus;
      const target = goal && isVisible(goal) ? goal : this.section(this.name ?? "").querySelector("h1");
      target?.focus({ preventScroll: true });
    }
  }
}
