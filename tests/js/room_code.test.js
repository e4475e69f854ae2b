/** Room codes as they are typed and pasted, by the same vectors as the server's. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readCode, spacedCode } from "../../static/js/room_code.js";

const VECTORS = JSON.parse(readFileSync(new URL("../vectors/room_codes.json", import.meta.url), "utf8"));

for (const { typed, code } of VECTORS) {
  test(`"${typed}" is the code "${code}"`, () => assert.equal(readCode(typed), code));
}

test("a code is read out in two groups", () => assert.equal(spacedCode("ABC234"), "ABC 234"));
