/** Keeping the screen on, with the Wake Lock API and the film stubbed. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { ScreenWakeLock } from "../../static/js/wake_lock.js";

/** Locks that were granted; one that is not released yet keeps the screen on. */
let granted = [];
/** Requests that are open: `grant()`, `refuse()`. */
let asked = [];
let video;
let changes;
let wake;

class FakeLock extends EventTarget {
  released = false;

  release() {
    if (!this.released) {
      this.released = true;
      this.dispatchEvent(new Event("release"));
    }
    return Promise.resolve();
  }
}

class FakeVideo extends EventTarget {
  paused = true;
  currentTime = 0;
  mayPlay = true;
  plays = 0;

  play() {
    if (!this.mayPlay) {
      return Promise.reject(new DOMException("", "NotAllowedError"));
    }
    this.plays += 1;
    this.paused = false;
    this.dispatchEvent(new Event("playing"));
    return Promise.resolve();
  }

  pause() {
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }
}

function setNavigator(value) {
  Object.defineProperty(globalThis, "navigator", { value, configurable: true });
}

/** A browser with the Wake Lock API. */
function secure() {
  const request = () =>
    new Promise((resolve, reject) => {
      const grant = async () => {
        const lock = new FakeLock();
        granted.push(lock);
        resolve(lock);
        await settled();
        return lock;
      };
      const refuse = () => {
        reject(new DOMException("", "NotAllowedError"));
        return settled();
      };
      asked.push({ grant, refuse });
    });
  setNavigator({ wakeLock: { request } });
}

const settled = async () => {
  for (let turn = 0; turn < 5; turn += 1) {
    await Promise.resolve();
  }
};

function setVisible(isVisible) {
  document.visibilityState = isVisible ? "visible" : "hidden";
  document.dispatchEvent(new Event("visibilitychange"));
}

const held = () => granted.filter((lock) => !lock.released).length;

beforeEach(() => {
  granted = [];
  asked = [];
  changes = [];
  globalThis.window = globalThis;
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(console, "info", () => {});
  video = new FakeVideo();
  secure();
  wake = new ScreenWakeLock(video, () => changes.push(wake.isOn));
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

test("two taps with a stubbed lock take one lock, and leaving releases it", async () => {
  wake.request();
  wake.request();
  assert.equal(asked.length, 1);
  await asked[0].grant();
  wake.request();
  assert.equal(asked.length, 1);
  assert.equal(held(), 1);
  wake.release();
  assert.equal(held(), 0);
  assert.equal(wake.isOn, false);
});

test("leaving while a stubbed lock is pending leaks none", async () => {
  wake.request();
  wake.release();
  await asked[0].grant();
  assert.equal(granted.length, 1);
  assert.equal(held(), 0);
});

test("coming back while a stubbed lock is pending asks once", async () => {
  wake.request();
  wake.release();
  wake.request();
  assert.equal(asked.length, 1);
  await asked[0].grant();
  assert.equal(held(), 1);
});

test("a stubbed lock that the system released is asked for again, also when the page is seen again", async () => {
  wake.request();
  const first = await asked[0].grant();
  setVisible(false);
  first.release();
  mock.timers.tick(10_000);
  assert.equal(asked.length, 1, "a hidden page asked");
  setVisible(true);
  assert.equal(asked.length, 2);
  const second = await asked[1].grant();
  second.release();
  assert.equal(wake.isOn, false);
  mock.timers.tick(1000);
  assert.equal(asked.length, 3);
  await asked[2].grant();
  assert.equal(held(), 1);
});

test("nothing is asked for after the end, whatever happens to the page", async () => {
  wake.request();
  const lock = await asked[0].grant();
  wake.release();
  setVisible(false);
  setVisible(true);
  mock.timers.tick(10_000);
  assert.equal(lock.released, true);
  assert.equal(asked.length, 1);
});

test("a stubbed lock that is refused is replaced by the film, and none plays while the page is hidden", async () => {
  wake.request();
  await asked[0].refuse();
  assert.equal(video.plays, 1);
  wake.release();
  wake.request();
  setVisible(false);
  await asked[1].refuse();
  assert.equal(video.plays, 1);
});

test("on plain http, stubbed, the film plays within the tap, unmuted and without loop", () => {
  setNavigator({});
  wake.request();
  assert.equal(video.plays, 1);
  assert.equal(wake.isOn, true);
  assert.equal("muted" in video || "loop" in video, false);
  video.currentTime = 7;
  video.dispatchEvent(new Event("timeupdate"));
  assert.equal(video.currentTime, 0);
});

test("on plain http, stubbed, a film that stopped behind another app plays again with the next tap", async () => {
  setNavigator({});
  wake.request();
  setVisible(false);
  video.pause();
  video.mayPlay = false;
  setVisible(true);
  await settled();
  assert.equal(wake.isOn, false);
  assert.equal(changes.at(-1), false, "the page was not told to show its hint");
  video.mayPlay = true;
  wake.request();
  assert.equal(wake.isOn, true);
  assert.equal(changes.at(-1), true);
});

test("a stubbed audio session is ambient, so that music goes on", () => {
  const audioSession = { type: "auto" };
  setNavigator({ audioSession });
  wake.request();
  assert.equal(audioSession.type, "ambient");
});
