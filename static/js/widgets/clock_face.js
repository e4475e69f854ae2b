/** The clock on a screen: whole seconds, a ring that empties, a pulse at the end. */

import { remaining, remainingSeconds } from "../clock.js";
import { el, setData, setText } from "../dom.js";

/** @import { Clock } from "../clock.js" */

/** A round ends with this many seconds. */
export const LAST_SECONDS = 10;

/**
 * Draw a clock as it stands at `now`.
 * @param {HTMLElement} face
 * @param {Clock | null} clock
 * @param {number} durationS what a full ring stands for
 * @param {number} now
 */
export function drawClock(face, clock, durationS, now) {
  const seconds = remainingSeconds(clock, now);
  const isEnding = clock?.running && seconds !== null && seconds <= LAST_SECONDS;
  setText(el("seconds", face), seconds ?? "");
  setData(face, "digits", seconds !== null && seconds >= 100 ? "three" : null);
  setData(face, "soon", isEnding ? "yes" : null);
  const share = clock ? Math.min(1, remaining(clock, now) / durationS) : 0;
  face.style.setProperty("--left", share.toFixed(3));
}
