/** Countdown clocks: interpolation between ticks, silence, pauses. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { clockText, remainingSeconds, setClock, setDelay } from "../../static/js/clock.js";

const START_MS = 5000;
const shown = (clock, ...afterMs) => afterMs.map((ms) => remainingSeconds(clock, START_MS + ms));

test("a clock shows the server's seconds and interpolates between ticks", () => {
  assert.deepEqual(shown(setClock(57, START_MS, true), 0, 400, 990, 1400), [57, 57, 57, 56]);
});

test("a clock stops when the server falls silent", () => {
  assert.deepEqual(shown(setClock(57, START_MS, true), 2_000, 5_000, 3_600_000), [55, 55, 55]);
});

test("a paused clock stops", () => {
  assert.deepEqual(shown(setClock(31, START_MS, false), 0, 60_000), [31, 31]);
});

test("a clock never goes below zero", () => {
  assert.deepEqual(shown(setClock(1, START_MS, true), 1_500), [0]);
});

test("a phone's clock that jumps back adds no time", () => {
  assert.deepEqual(shown(setClock(20, START_MS, true), -40_000), [20]);
});

test("a delay counts down without ticks", () => {
  assert.deepEqual(shown(setDelay(5, START_MS), 0, 1500, 4200, 9000), [5, 4, 1, 0]);
});

test("without a clock there are no seconds", () => {
  assert.equal(remainingSeconds(null, START_MS), null);
});

test("seconds are written as minutes and seconds", () => {
  assert.deepEqual([9, 65, 180].map(clockText), ["0:09", "1:05", "3:00"]);
});
