/** Browser storage. Where it is forbidden, values last until the page is closed. */

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} KeyValueStore */

class MemoryStore {
  /** @type {Map<string, string>} */
  #items = new Map();

  /** @param {string} key */
  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  /** @param {string} key */
  removeItem(key) {
    this.#items.delete(key);
  }
}

/** @param {"localStorage" | "sessionStorage"} name @returns {KeyValueStore} */
function storeOrMemory(name) {
  try {
    const storage = window[name];
    storage.setItem("partyflow.test", "1");
    storage.removeItem("partyflow.test");
    return storage;
  } catch {
    return new MemoryStore();
  }
}

/** Kept on this device. */
export const deviceStore = storeOrMemory("localStorage");

/** Kept for this tab. */
export const tabStore = storeOrMemory("sessionStorage");

/**
 * The JSON under `key`, or null when there is none or it cannot be parsed.
 * @param {KeyValueStore} store
 * @param {string} key
 * @returns {unknown}
 */
export function readJson(store, key) {
  try {
    return JSON.parse(store.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {KeyValueStore} store @param {string} key @param {unknown} value */
export function writeJson(store, key, value) {
  store.setItem(key, JSON.stringify(value));
}
