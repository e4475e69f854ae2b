/** Checksums of game states: the vectors that the server's tests use too. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { crc32 as zlibCrc32 } from "node:zlib";

import { checksumText, crc32, stateChecksum } from "../../static/js/checksum.js";

const VECTORS = JSON.parse(readFileSync(new URL("../vectors/checksum.json", import.meta.url), "utf8"));

for (const { name, gameState, text, checksum } of VECTORS) {
  test(`client and server agree on ${name}`, () => {
    assert.equal(checksumText(gameState), text);
    assert.equal(stateChecksum(gameState), checksum);
  });
}

for (const text of ["", "123456789", "Дмитро 李 🎉"]) {
  test(`crc32 of "${text}" is that of zlib`, () => {
    assert.equal(crc32(text), zlibCrc32(text).toString(16).padStart(8, "0"));
  });
}
