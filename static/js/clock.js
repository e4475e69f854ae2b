/**
 * Countdown clocks. A clock shows the server's last seconds and interpolates between ticks; when the server falls
 * silent it stops instead of inventing time.
 */

const SILENCE_S = 2;

/**
 * @typedef {object} Clock
 * @property {number} remainingSeconds at `since`
 * @property {number} since milliseconds of a monotonic clock
 * @property {boolean} running
 * @property {number} silenceS seconds without a tick after which it stops
 */

/**
 * A clock that the server ticks every second.
 * @param {number} remainingSeconds @param {number} now @param {boolean} running
 * @returns {Clock}
 */
export function setClock(remainingSeconds, now, running) {
  return { remainingSeconds, since: now, running, silenceS: SILENCE_S };
}

/**
 * A delay that the server announces once, without ticks.
 * @param {number} remainingSeconds @param {number} now
 * @returns {Clock}
 */
export function setDelay(remainingSeconds, now) {
  return { remainingSeconds, since: now, running: true, silenceS: Number.POSITIVE_INFINITY };
}

/** Seconds left at `now`, with fraction, for a ring or a bar. @param {Clock} clock @param {number} now */
export function remaining(clock, now) {
  if (!clock.running) {
    return clock.remainingSeconds;
  }
  const elapsed = Math.max(0, (now - clock.since) / 1000);
  return Math.max(0, clock.remainingSeconds - Math.min(elapsed, clock.silenceS));
}

/**
 * Whole seconds left at `now`, rounded up; null without a clock.
 * @param {Clock | null} clock @param {number} now
 */
export function remainingSeconds(clock, now) {
  return clock && Math.max(0, Math.ceil(remaining(clock, now) - 0.001));
}

/** "1:05", "0:09". @param {number} seconds */
export function clockText(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
