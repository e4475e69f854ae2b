/** Sound that comes back after an interruption, with the audio context stubbed. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let contexts = [];

class FakeContext {
  state = "suspended";
  resumes = 0;

  constructor() {
    contexts.push(this);
  }

  resume() {
    this.resumes += 1;
    if (this.state === "closed") {
      return Promise.reject(new DOMException("", "InvalidStateError"));
    }
    this.state = "running";
    return Promise.resolve();
  }
}

globalThis.window = { AudioContext: FakeContext };
const { Sound } = await import("../../static/js/sound.js");
let sound;

beforeEach(() => {
  contexts = [];
  sound = new Sound();
});

for (const state of ["suspended", "interrupted"]) {
  test(`a tap resumes a stubbed audio context that is ${state}`, () => {
    sound.unlock();
    contexts[0].state = state;
    sound.unlock();
    assert.equal(contexts[0].state, "running");
    assert.equal(contexts.length, 1);
  });
}

test("a tap replaces a stubbed audio context that is closed", () => {
  sound.unlock();
  contexts[0].state = "closed";
  sound.unlock();
  assert.equal(contexts.length, 2);
  assert.equal(contexts[1].state, "running");
});

test("a running one, stubbed, is left alone", () => {
  sound.unlock();
  sound.unlock();
  assert.equal(contexts[0].resumes, 1);
});
