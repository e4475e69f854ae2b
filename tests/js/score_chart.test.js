/** The scale of the score chart. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { scale } from "../../static/js/widgets/score_chart.js";

for (const [low, high, ticks] of [
  [0, 0, [0, 1]],
  [0, 4, [0, 1, 2, 3, 4]],
  [0, 7, [0, 2, 4, 6, 8]],
  [-1, 13, [-5, 0, 5, 10, 15]],
  [3, 48, [0, 10, 20, 30, 40, 50]],
  [-12, 200, [-50, 0, 50, 100, 150, 200]],
]) {
  test(`the ticks for ${low} to ${high} are round and contain 0 and every score`, () => {
    assert.deepEqual(scale(low, high), ticks);
  });
}
