/** Sentences: values filled in, names isolated. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { fill, isolate, isolatedParts, listed, ngettext, plain } from "../../static/js/i18n.js";

test("a name in a sentence is isolated, a number is not", () => {
  assert.equal(fill("%(name)s: %(count)s", { name: "דנה", count: 3 }), "\u2068דנה\u2069: 3");
});

test("a placeholder without a value stays", () => {
  assert.equal(fill("%(name)s", {}), "%(name)s");
});

test("names in a line are isolated one by one, and not again as a whole", () => {
  const names = listed(["דנה", "3 נועם"]);
  assert.equal(names, "\u2068דנה\u2069, \u20683 נועם\u2069");
  assert.equal(fill("Waiting for %(names)s", { names }), `Waiting for ${names}`);
});

test("what is isolated stands at odd places", () => {
  assert.deepEqual(isolatedParts(`${isolate("Bob")} explains`), ["", "Bob", " explains"]);
  assert.deepEqual(isolatedParts("Paused."), ["Paused."]);
});

test("a plain text has no marks", () => {
  assert.equal(plain(fill("%(name)s explains", { name: "Bob" })), "Bob explains");
});

test("nothing is isolated where there is nothing", () => {
  assert.equal(isolate(""), "");
  assert.equal(listed([]), "");
});

test("one is told from many", () => {
  assert.equal(ngettext("%(count)s player", "%(count)s players", 1), "%(count)s player");
  assert.equal(ngettext("%(count)s player", "%(count)s players", 2), "%(count)s players");
});
