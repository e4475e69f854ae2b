/**
 * Keeps the screen on. The Wake Lock API needs HTTPS; a party on the LAN has plain HTTP, so a silent, looping video
 * does it there. Both need a tap first, and iOS only honours what is requested before any `await`.
 */

/** Seconds of the video after which it goes back to its start. */
const LOOP_S = 6;

export class ScreenWakeLock {
  #video;
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  #isWanted = false;

  /** @param {HTMLVideoElement} video with `playsinline`, of a black, silent film */
  constructor(video) {
    this.#video = video;
    // Browsers let the screen go off behind a video that is muted or has `loop`.
    video.addEventListener("timeupdate", () => {
      if (video.currentTime > LOOP_S) {
        video.currentTime = 0;
      }
    });
    document.addEventListener("visibilitychange", () => {
      if (this.#isWanted && document.visibilityState === "visible") {
        this.#acquire();
      }
    });
  }

  /** Call this first in the handler of a tap. */
  request() {
    this.#isWanted = true;
    this.#acquire();
  }

  release() {
    this.#isWanted = false;
    this.#lock?.release();
    this.#lock = null;
    this.#video.pause();
  }

  #acquire() {
    if (!("wakeLock" in navigator)) {
      this.#playVideo();
      return;
    }
    navigator.wakeLock.request("screen").then(
      (lock) => {
        this.#lock = lock;
      },
      // Refused on low battery, or in a page without HTTPS.
      () => this.#playVideo(),
    );
  }

  #playVideo() {
    this.#video.play().catch((error) => console.info("The screen may turn off:", error));
  }
}
