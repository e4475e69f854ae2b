/**
 * The clock on the screen. It shows what the server last said and smooths the second in between;
 * when the server falls silent it stands still instead of making time up.
 */

const SILENCE_S = 2;

/** A clock as of `now` (ms of any steady source); `running` false: it stands. */
export function setClock(remainingSeconds, now, running) {
  return { remainingSeconds, since: now, running, silenceS: SILENCE_S };
}

/** A wait that the server states once and does not count aloud. */
export function setWait(remainingSeconds, now) {
  return { remainingSeconds, since: now, running: true, silenceS: Infinity };
}

/** Seconds left at `now`, with fraction, for a ring or a bar. */
export function remaining(clock, now) {
  if (!clock) {
    return null;
  }
  if (!clock.running) {
    return clock.remainingSeconds;
  }
  const elapsed = Math.max(0, (now - clock.since) / 1000);
  return Math.max(0, clock.remainingSeconds - Math.min(elapsed, clock.silenceS));
}

/** Whole seconds left at `now`: the last one lasts until it is over. */
export function remainingSeconds(clock, now) {
  const left = remaining(clock, now);
  return left === null ? null : Math.ceil(left - 0.001);
}

/** "1:05", "0:09". */
export function clockText(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
