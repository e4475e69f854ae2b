import assert from "node:assert/strict";
import { test } from "node:test";
import { letters, lineWidth } from "../../static/js/text_width.js";

test("a text is as wide as its letters", () => {
  assert.equal(letters("snail"), 5);
  assert.equal(letters(""), 0);
});

test("wide letters and emoji count one and a half, marks nothing", () => {
  assert.equal(letters("WW"), 3);
  assert.equal(letters("🦊"), 1.5);
  assert.equal(letters("e\u0301"), 1);
  assert.equal(letters("שָׁ"), 1);
});

test("a line is as wide as the longest part between breaks, or half of the text", () => {
  assert.equal(lineWidth("roller coaster"), 7);
  assert.equal(lineWidth("lighthouse keeper"), 10);
  assert.equal(lineWidth("to a rock"), 4.5);
  assert.equal(lineWidth("Konstantinopolitania"), 20);
  assert.equal(lineWidth(""), 1);
});
