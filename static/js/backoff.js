/** Delays before reconnecting (docs/spec.md §3.1): 1 s, 1.5 s, 2.25 s … 30 s, each up to 20 % shorter or longer. */

import { LIMITS } from "./protocol.js";

/**
 * Milliseconds before a reconnect, never over 30 s.
 * @param {number} attempt counts from 1
 * @param {number} random in [0, 1)
 */
export function reconnectDelay(attempt, random) {
  const grown = LIMITS.RECONNECT_BASE_MS * LIMITS.RECONNECT_MULTIPLIER ** (attempt - 1);
  const exponential = Math.min(grown, LIMITS.RECONNECT_MAX_MS);
  const jitter = exponential * LIMITS.RECONNECT_JITTER * (random * 2 - 1);
  return Math.min(exponential + jitter, LIMITS.RECONNECT_MAX_MS);
}

/**
 * Milliseconds before reconnecting to a worker that restarts: it is back soon, its sockets spread over a second.
 * @param {number} random in [0, 1)
 */
export function restartDelay(random) {
  return 100 + random * 900;
}
