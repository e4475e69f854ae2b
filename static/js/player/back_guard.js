/**
 * Keeps a round on the screen when the phone goes back: a drag from the screen's edge is "back" on Android. The first
 * "back" stays on the page and says so, a second one without a tap in between leaves.
 */

import { onGesture } from "../gestures.js";

export class BackGuard {
  #isArmed = false;
  isOn = false;

  /** @param {() => void} onBack the page was kept */
  constructor(onBack) {
    // Browsers skip entries of the history that were made without a tap.
    onGesture(() => this.#arm());
    window.addEventListener("popstate", () => {
      if (this.#isArmed && this.isOn) {
        onBack();
      }
      this.#isArmed = false;
    });
  }

  #arm() {
    if (this.isOn && !this.#isArmed) {
      this.#isArmed = true;
      window.history.pushState(null, "");
    }
  }
}
