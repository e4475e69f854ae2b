/**
 * Keeps the screen on. The Wake Lock API needs HTTPS; a party on the LAN has plain HTTP, so a silent film does it there
 * (ADR-33). Both need a tap first, and iOS only honours what is requested before
 * any `await`.
 */

import { attempt } from "./guard.js";

/** Seconds of the film after which it goes back to its start. */
const LOOP_S = 6;
/** Milliseconds after which a lock that the system took away is asked for again. */
const RETRY_MS = 1000;

export class ScreenWakeLock {
  #video;
  #onChange;
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  #isPending = false;
  #isWanted = false;

  /**
   * @param {HTMLVideoElement} video with `playsinline`, of a black, silent film
   * @param {() => void} [onChange] `isOn` has changed
   */
  constructor(video, onChange = () => {}) {
    this.#video = video;
    this.#onChange = onChange;
    // Browsers let the screen go off behind a video that is muted or has `loop`.
    video.addEventListener("timeupdate", () => {
      if (video.currentTime > LOOP_S) {
        video.currentTime = 0;
      }
    });
    for (const type of ["playing", "pause"]) {
      video.addEventListener(type, () => this.#onChange());
    }
    document.addEventListener("visibilitychange", () => this.#acquire());
  }

  /** Whether the screen stays on, as far as the page knows. */
  get isOn() {
    return this.#lock !== null || this.#isPending || !this.#video.paused;
  }

  /** Call this first in the handler of every tap: it asks for what is not held yet. */
  request() {
    this.#isWanted = true;
    this.#acquire();
  }

  release() {
    const lock = this.#lock;
    this.#isWanted = false;
    this.#lock = null;
    lock?.release();
    this.#video.pause();
    this.#onChange();
  }

  #acquire() {
    if (!this.#isWanted || this.isOn || document.visibilityState !== "visible") {
      return;
    }
    if (!("wakeLock" in navigator)) {
      this.#playVideo();
      return;
    }
    this.#isPending = true;
    navigator.wakeLock.request("screen").then(
      (lock) => this.#onGranted(lock),
      () => this.#onRefused(),
    );
    this.#onChange();
  }

  /** @param {WakeLockSentinel} lock */
  #onGranted(lock) {
    this.#isPending = false;
    if (this.#isWanted) {
      this.#lock = lock;
      lock.addEventListener("release", () => this.#onReleased(lock));
    } else {
      lock.release();
    }
    this.#onChange();
  }

  /** Refused on low battery, or while the page is hidden. */
  #onRefused() {
    this.#isPending = false;
    if (this.#isWanted && document.visibilityState === "visible") {
      this.#playVideo();
    }
    this.#onChange();
  }

  /** The system has taken the lock away: the page was hidden, or the battery is low. @param {WakeLockSentinel} lock */
  #onReleased(lock) {
    if (this.#lock === lock) {
      this.#lock = null;
      this.#onChange();
      window.setTimeout(() => this.#acquire(), RETRY_MS);
    }
  }

  #playVideo() {
    attempt(mixWithMusic);
    this.#video.play().then(this.#onChange, (error) => {
      console.info("The screen may turn off:", error);
      this.#onChange();
    });
  }
}

/** Let the phone's music play on beside the film, where a page can say so (Safari 16.4). */
function mixWithMusic() {
  const session = Reflect.get(navigator, "audioSession");
  if (session) {
    session.type = "ambient";
  }
}
