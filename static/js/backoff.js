/** Waiting before another attempt (§3.1): 1 s, 1.5 s, 2.25 s … 30 s, each up to 20 % shorter or longer. */

export const MAX_ATTEMPTS = 10;

const BASE_MS = 1000;
const MAX_MS = 30_000;
const MULTIPLIER = 1.5;
const JITTER = 0.2;

/** Milliseconds before attempt number `attempt` (1 is the first); `random` is in [0, 1). Never over 30 s. */
export function delay(attempt, random) {
  const exponential = Math.min(BASE_MS * MULTIPLIER ** (attempt - 1), MAX_MS);
  const jitter = exponential * JITTER * (random * 2 - 1);
  return Math.min(exponential + jitter, MAX_MS);
}

/** A worker that restarts is back soon; its rooms' sockets come back spread over a second. */
export function restartDelay(random) {
  return 100 + random * 900;
}
