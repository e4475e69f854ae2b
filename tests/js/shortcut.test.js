/** Keyboard shortcuts, by the layouts of keyboards. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { shortcutOf } from "../../static/js/shortcut.js";

const LAYOUTS = [
  ["English", "u", "KeyU", "u"],
  ["English, capitals", "U", "KeyU", "u"],
  ["Russian", "г", "KeyU", "u"],
  ["Russian, capitals", "З", "KeyP", "p"],
  ["Ukrainian", "т", "KeyN", "n"],
  ["Greek", "θ", "KeyU", "u"],
  ["Greek", "π", "KeyP", "p"],
  ["Hebrew", "ו", "KeyU", "u"],
  ["Hebrew", "פ", "KeyP", "p"],
  ["Arabic", "ى", "KeyN", "n"],
  ["Dvorak: U is where F is in English", "u", "KeyF", "u"],
  ["Dvorak: G is where U is in English", "g", "KeyU", "g"],
  ["German", "ü", "BracketLeft", "ü"],
  ["Japanese input", "Process", "KeyP", "p"],
  ["English digits", "2", "Digit2", "2"],
  ["French digits", "é", "Digit2", "2"],
  ["Arabic digits", "٢", "Digit2", "2"],
  ["the number pad", "3", "Numpad3", "3"],
  ["arrows", "ArrowRight", "ArrowRight", "ArrowRight"],
  ["the arrows of the number pad", "ArrowRight", "Numpad6", "ArrowRight"],
  ["space", " ", "Space", " "],
];

for (const [layout, key, code, shortcut] of LAYOUTS) {
  test(`${layout}: ${JSON.stringify(key)} at ${code} is ${JSON.stringify(shortcut)}`, () => {
    assert.equal(shortcutOf({ key, code }), shortcut);
  });
}
