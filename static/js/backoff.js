/** Waiting before another attempt (docs/spec.md §3.1): 1 s, 1.5 s, 2.25 s … 30 s, each up to 20 % shorter or longer. */

import { LIMITS } from "./protocol.js";

/** Milliseconds before attempt number `attempt` (1 is the first); `random` is in [0, 1). Never over 30 s. */
export function delay(attempt, random) {
  const grown = LIMITS.RECONNECT_BASE_MS * LIMITS.RECONNECT_MULTIPLIER ** (attempt - 1);
  const exponential = Math.min(grown, LIMITS.RECONNECT_MAX_MS);
  const jitter = exponential * LIMITS.RECONNECT_JITTER * (random * 2 - 1);
  return Math.min(exponential + jitter, LIMITS.RECONNECT_MAX_MS);
}

/** A worker that restarts is back soon; its rooms' sockets come back spread over a second. */
export function restartDelay(random) {
  return 100 + random * 900;
}
