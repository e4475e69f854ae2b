/**
 * The word to explain, as a card that is thrown right (guessed) or left (skipped). What is thrown flies off as a copy,
 * so that the next word can come at once; a refused one comes back.
 */

import { el, setData, setText } from "../dom.js";
import { gettext } from "../i18n.js";

const THROWN_PX = 90;
const FLIGHT_MS = 260;
const SIDEWAYS_PX = 8;

export class WordCard {
  #element;
  #answer;
  #word = null;
  #shownAt = 0;
  #drag = null;

  /** `answer(action, durationMs)` tells the room and returns whether there was a word and a line to say it on. */
  constructor(element, answer) {
    this.#element = element;
    this.#answer = answer;
    element.addEventListener("pointerdown", (event) => this.#take(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#drop(event));
    element.addEventListener("pointercancel", () => this.#rest());
    // A throw is no scrolling: otherwise Chromium goes on rolling after it, and takes the next tap for a stop.
    element.addEventListener("touchmove", (event) => this.#isThrowing() && event.preventDefault(), { passive: false });
    document.addEventListener("visibilitychange", () => this.#write());
  }

  /** Show `word` (a WORD_REVEALED), or that the next one is on its way (null). */
  draw(word) {
    if (word?.wordId !== this.#word?.wordId) {
      this.#shownAt = performance.now();
      setData(this.#element, "fresh", word?.wordId);
    }
    this.#word = word;
    this.#write();
  }

  /** The word was `guessed` or `skipped`. */
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

  /** The server did not take the answer: the word is still the live one. */
  refuse() {
    this.#element.removeAttribute("data-refused");
    window.requestAnimationFrame(() => this.#element.setAttribute("data-refused", ""));
  }

  /** A hidden page shows no word: whoever looks over the shoulder at the list of open pages learns nothing. */
  #write() {
    const text = this.#word && document.visibilityState === "visible" ? this.#word.wordText : "";
    setText(el("word", this.#element), text || (this.#word ? "" : "…"));
    setText(el("difficulty", this.#element), text ? difficultyName(this.#word.difficulty) : "");
    setData(this.#element, "length", text.length > 16 ? "long" : text.length > 10 ? "medium" : null);
  }

  #take(event) {
    if (!this.#word || !event.isPrimary || event.button !== 0) {
      return;
    }
    this.#element.setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, by: 0 };
  }

  #move(event) {
    if (!this.#drag) {
      return;
    }
    this.#drag.by = event.clientX - this.#drag.x;
    this.#element.style.setProperty("--by", `${this.#drag.by}px`);
    this.#element.style.setProperty("--tilt", `${this.#drag.by / 40}deg`);
    setData(this.#element, "leaning", Math.abs(this.#drag.by) > THROWN_PX ? direction(this.#drag.by) : null);
  }

  #isThrowing() {
    return Math.abs(this.#drag?.by ?? 0) > SIDEWAYS_PX;
  }

  #drop() {
    const by = this.#drag?.by ?? 0;
    if (Math.abs(by) > THROWN_PX) {
      this.throw(direction(by));
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
    const copy = this.#element.cloneNode(true);
    copy.removeAttribute("id");
    copy.setAttribute("aria-hidden", "true");
    copy.inert = true;
    return copy;
  }

  #fly(copy, action) {
    copy.setAttribute("data-thrown", action);
    this.#element.after(copy);
    window.setTimeout(() => copy.remove(), FLIGHT_MS);
  }
}

function direction(by) {
  return by > 0 ? "guessed" : "skipped";
}

export function difficultyName(difficulty) {
  const names = {
    easy: gettext("easy"),
    medium: gettext("medium"),
    hard: gettext("hard"),
    mixed: gettext("mixed"),
  };
  return names[difficulty];
}
