/** What this browser remembers. Where storage is forbidden it remembers until the page is closed. */

class Memory {
  #items = new Map();

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  removeItem(key) {
    this.#items.delete(key);
  }
}

function usable(name) {
  try {
    const storage = window[name];
    storage.setItem("partyflow.test", "1");
    storage.removeItem("partyflow.test");
    return storage;
  } catch {
    return new Memory();
  }
}

/** Kept on this device. */
export const local = usable("localStorage");

/** Kept for this tab. */
export const tab = usable("sessionStorage");

/** The JSON under `key`, or null when there is none or it is no JSON of ours. */
export function read(storage, key) {
  try {
    return JSON.parse(storage.getItem(key));
  } catch {
    return null;
  }
}

export function write(storage, key, value) {
  storage.setItem(key, JSON.stringify(value));
}
