/** The clock on a screen: whole seconds, a ring that empties, a pulse at the end. */

import { remaining, remainingSeconds } from "../clock.js";
import { el, setData, setText } from "../dom.js";

const LAST_SECONDS = 10;

/** Draw `clock` (of clock.js) at `now` into `face`; `durationS` is what a full ring stands for. Returns the seconds. */
export function drawClock(face, clock, durationS, now) {
  const seconds = remainingSeconds(clock, now);
  setText(el("seconds", face), seconds ?? "");
  setData(face, "digits", seconds >= 100 ? "three" : null);
  setData(face, "soon", seconds !== null && seconds <= LAST_SECONDS && clock.running ? "yes" : null);
  const share = seconds === null ? 0 : Math.min(1, remaining(clock, now) / durationS);
  face.style.setProperty("--left", share.toFixed(3));
  return seconds;
}
