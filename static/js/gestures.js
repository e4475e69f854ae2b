/** Browsers allow sound and wake lock within a tap or key press alone; iOS only before anything is awaited. */

import { closest } from "./dom.js";
import { attempt } from "./guard.js";

const CONTROLS = "a, button, input, label, select, summary, textarea";

/** Call `action` within every tap and key press anywhere on the page. @param {() => void} action */
export function onGesture(action) {
  const listen = (/** @type {string} */ type, /** @type {(event: Event) => void} */ listener) =>
    document.addEventListener(type, listener, { capture: true, passive: true });
  listen("click", () => attempt(action));
  listen("keydown", () => attempt(action));
  // iOS has no click where nothing can be pressed, and a thrown card is none. Controls wait for theirs: what they do
  // must not move the page before it comes.
  listen("touchend", (event) => closest(event, CONTROLS) || attempt(action));
}
