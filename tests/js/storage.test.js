/** Browser storage that is full or forbidden, stubbed: nothing throws, and the seat is found again. */

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

let cookies;
let storage;

class FakeStorage {
  items = new Map();
  isFull = false;

  getItem(key) {
    return this.items.get(key) ?? null;
  }

  setItem(key, value) {
    if (this.isFull) {
      throw new DOMException("", "QuotaExceededError");
    }
    this.items.set(key, String(value));
  }

  removeItem(key) {
    this.items.delete(key);
  }
}

globalThis.document = {
  get cookie() {
    if (!cookies) {
      throw new DOMException("", "SecurityError");
    }
    return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  },
  set cookie(text) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(text);
    if (text.includes("Max-Age=0")) {
      cookies.delete(name);
    } else {
      cookies.set(name, value);
    }
  },
};
globalThis.window = {
  location: { protocol: "http:" },
  get localStorage() {
    if (!storage) {
      throw new DOMException("", "SecurityError");
    }
    return storage;
  },
  get sessionStorage() {
    return this.localStorage;
  },
};

let loads = 0;

/** The modules as a page that was loaded just now has them. */
async function load() {
  loads += 1;
  return import(`../../static/js/storage.js?load=${loads}`);
}

beforeEach(() => {
  cookies = new Map();
  storage = new FakeStorage();
  mock.restoreAll();
  mock.method(console, "error", () => {});
});

test("a value is kept in storage alone", async () => {
  (await load()).deviceStore.setItem("partyflow.seat.ABC234", "secret");
  assert.equal(storage.getItem("partyflow.seat.ABC234"), "secret");
  assert.equal(cookies.size, 0);
});

for (const [name, spoil] of [
  ["full", () => (storage.isFull = true)],
  ["forbidden", () => (storage = null)],
]) {
  test(`with stubbed storage that is ${name} a value is there after a reload, from a cookie`, async () => {
    spoil();
    const { deviceStore, readJson, writeJson } = await load();
    writeJson(deviceStore, "partyflow.seat.ABC234", { sessionId: "a; b=c" });
    assert.deepEqual(readJson(deviceStore, "partyflow.seat.ABC234"), { sessionId: "a; b=c" });
    const again = await load();
    assert.deepEqual(again.readJson(again.deviceStore, "partyflow.seat.ABC234"), { sessionId: "a; b=c" });
    again.deviceStore.removeItem("partyflow.seat.ABC234");
    assert.equal((await load()).deviceStore.getItem("partyflow.seat.ABC234"), null);
  });
}

test("with stubbed storage that fills up, the newest value counts, before and after a reload", async () => {
  const { deviceStore } = await load();
  deviceStore.setItem("partyflow.seat.ABC234", "old");
  storage.isFull = true;
  deviceStore.setItem("partyflow.seat.ABC234", "new");
  assert.equal(deviceStore.getItem("partyflow.seat.ABC234"), "new");
  assert.equal((await load()).deviceStore.getItem("partyflow.seat.ABC234"), "new");
});

test("once stubbed storage has room again no cookie is left", async () => {
  storage.isFull = true;
  const { deviceStore } = await load();
  deviceStore.setItem("partyflow.sound", "off");
  storage.isFull = false;
  deviceStore.setItem("partyflow.sound", "on");
  assert.equal(cookies.size, 0);
  assert.equal(deviceStore.getItem("partyflow.sound"), "on");
});

test("with neither storage nor cookies, stubbed, values last as long as the page", async () => {
  storage = null;
  cookies = null;
  const { deviceStore, tabStore } = await load();
  deviceStore.setItem("partyflow.seat.ABC234", "secret");
  tabStore.setItem("partyflow.reloaded", "1");
  assert.equal(deviceStore.getItem("partyflow.seat.ABC234"), "secret");
  tabStore.removeItem("partyflow.reloaded");
  assert.equal(tabStore.getItem("partyflow.reloaded"), null);
});

test("what belongs to a tab is in no cookie, with stubbed storage that is forbidden", async () => {
  storage = null;
  (await load()).tabStore.setItem("partyflow.reloaded", "1");
  assert.equal(cookies.size, 0);
});
