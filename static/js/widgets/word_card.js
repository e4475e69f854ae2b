/**
 * The word to explain, as a card that is thrown right (guessed) or left (skipped). What is thrown flies off as a copy,
 * so that the next word can come at once; a refused one comes back.
 */

import { el, setData, setText } from "../dom.js";
import { gettext } from "../i18n.js";
import { ERRORS, TYPES } from "../protocol.js";

/** @import { ServerMessage, Settings, WordRevealed } from "../protocol.js" */
/** @import { WordAction } from "../reducer.js" */

/** @typedef {(action: WordAction, durationMs: number) => boolean} Answer whether the answer could be sent */

const THROWN_PX = 90;
const FLIGHT_MS = 260;
const SIDEWAYS_PX = 8;

export class WordCard {
  #element;
  #answer;
  /** @type {WordRevealed | null} */
  #word = null;
  #shownAt = 0;
  /** Where the drag began, and its distance in pixels. @type {{startX: number, distance: number} | null} */
  #drag = null;

  /** @param {HTMLElement} element @param {Answer} answer */
  constructor(element, answer) {
    this.#element = element;
    this.#answer = answer;
    element.addEventListener("pointerdown", (event) => this.#grab(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", () => this.#drop());
    element.addEventListener("pointercancel", () => this.#rest());
    // A throw is no scrolling: otherwise Chromium goes on rolling after it, and takes the next tap for a stop.
    const preventScrolling = (/** @type {TouchEvent} */ event) =>
      this.#isThrowing() && event.touches.length === 1 && event.preventDefault();
    element.addEventListener("touchmove", preventScrolling, { passive: false });
    document.addEventListener("visibilitychange", () => this.#write());
  }

  /** Show a word, or that the next one is pending (null). @param {WordRevealed | null} word */
  draw(word) {
    if (word?.wordId !== this.#word?.wordId) {
      this.#shownAt = performance.now();
      setData(this.#element, "fresh", word?.wordId);
    }
    this.#word = word;
    this.#write();
  }

  /** Answer the word that is shown, and let it fly off. @param {WordAction} action */
  throw(action) {
    if (!this.#word) {
      return;
    }
    const copy = this.#copy();
    if (this.#answer(action, Math.round(performance.now() - this.#shownAt))) {
      this.#fly(copy, action);
    }
    this.#rest();
  }

  /** The server refused the answer: the word is still the live one. */
  refuse() {
    this.#element.removeAttribute("data-refused");
    window.requestAnimationFrame(() => this.#element.setAttribute("data-refused", ""));
  }

  /** A hidden page shows no word, so that the system's list of open pages does not either. */
  #write() {
    const word = document.visibilityState === "visible" ? this.#word : null;
    const text = word?.wordText ?? "";
    setText(el("word", this.#element), text || (this.#word ? "" : "…"));
    setText(el("difficulty", this.#element), word ? difficultyName(word.difficulty) : "");
    setData(this.#element, "length", text.length > 16 ? "long" : text.length > 10 ? "medium" : null);
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    if (!this.#word || !event.isPrimary || event.button !== 0) {
      return;
    }
    this.#element.setPointerCapture(event.pointerId);
    this.#drag = { startX: event.clientX, distance: 0 };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#drag) {
      return;
    }
    const distance = event.clientX - this.#drag.startX;
    this.#drag.distance = distance;
    this.#element.style.setProperty("--by", `${distance}px`);
    this.#element.style.setProperty("--tilt", `${distance / 40}deg`);
    setData(this.#element, "leaning", Math.abs(distance) > THROWN_PX ? actionOf(distance) : null);
  }

  #isThrowing() {
    return Math.abs(this.#drag?.distance ?? 0) > SIDEWAYS_PX;
  }

  #drop() {
    const distance = this.#drag?.distance ?? 0;
    if (Math.abs(distance) > THROWN_PX) {
      this.throw(actionOf(distance));
    } else {
      this.#rest();
    }
  }

  #rest() {
    this.#drag = null;
    this.#element.style.removeProperty("--by");
    this.#element.style.removeProperty("--tilt");
    setData(this.#element, "leaning", null);
  }

  #copy() {
    const copy = /** @type {HTMLElement} */ (this.#element.cloneNode(true));
    copy.removeAttribute("id");
    copy.setAttribute("aria-hidden", "true");
    copy.inert = true;
    return copy;
  }

  /** @param {HTMLElement} copy @param {WordAction} action */
  #fly(copy, action) {
    copy.setAttribute("data-thrown", action);
    this.#element.after(copy);
    window.setTimeout(() => copy.remove(), FLIGHT_MS);
  }
}

/** @param {number} distance @returns {WordAction} */
function actionOf(distance) {
  return distance > 0 ? "guessed" : "skipped";
}

/** @param {Settings["difficulty"]} difficulty */
export function difficultyName(difficulty) {
  return {
    easy: gettext("easy"),
    medium: gettext("medium"),
    hard: gettext("hard"),
    mixed: gettext("mixed"),
  }[difficulty];
}

/** Whether the server has refused an answer that is still open. @param {ServerMessage} message */
export function isRefusedAnswer({ type, payload }) {
  return type === TYPES.ERROR && payload.requestType === TYPES.WORD_SWIPED && payload.code !== ERRORS.UNAUTHORIZED;
}
