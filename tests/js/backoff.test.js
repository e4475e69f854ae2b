/** Delays before reconnecting. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { reconnectDelay, restartDelay } from "../../static/js/backoff.js";

const SEQUENCE_MS = [1000, 1500, 2250, 3375, 5062.5, 7593.75, 11390.625, 17085.9375, 25628.90625, 30000];

const delays = (random, attempts = 10) =>
  Array.from({ length: attempts }, (_, index) => reconnectDelay(index + 1, random));

test("without jitter the delays are those of the specification", () => {
  assert.deepEqual(delays(0.5), SEQUENCE_MS);
});

test("jitter is up to a fifth either way", () => {
  delays(0).forEach((delay, index) => {
    assert.ok(Math.abs(delay - SEQUENCE_MS[index] * 0.8) < 1e-6);
  });
  delays(0.999999, 8).forEach((delay, index) => {
    assert.ok(Math.abs(delay / (SEQUENCE_MS[index] * 1.2) - 1) < 1e-4);
  });
});

test("no delay is over 30 s, whatever the jitter", () => {
  assert.equal(Math.max(...delays(0.999999, 60)), 30_000);
});

test("a restarting worker is retried within a second", () => {
  assert.ok(restartDelay(0) > 0);
  assert.ok(restartDelay(0.999999) > restartDelay(0));
  assert.ok(restartDelay(0.999999) <= 1000);
});
