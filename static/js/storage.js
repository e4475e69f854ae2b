/**
 * Browser storage that never throws. Where it is full or forbidden, values are kept in memory, those of the device also in
 * a cookie, so that a reload finds the seat again.
 */

import { attempt } from "./guard.js";

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} KeyValueStore */

/** How long a cookie stands in for storage: longer than any room lasts. */
const COOKIE_MAX_AGE_S = 24 * 60 * 60;

/** @implements {KeyValueStore} */
class SafeStore {
  #name;
  #hasCookies;
  /** What the browser has not taken. @type {Map<string, string>} */
  #memory = new Map();

  /** @param {"localStorage" | "sessionStorage"} name @param {boolean} hasCookies whether a cookie may stand in */
  constructor(name, hasCookies) {
    this.#name = name;
    this.#hasCookies = hasCookies;
  }

  /** @param {string} key */
  getItem(key) {
    return this.#memory.get(key) ?? this.#try((storage) => storage.getItem(key)) ?? this.#readCookie(key);
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    const isStored = this.#try((storage) => {
      storage.setItem(key, value);
      return true;
    });
    if (isStored) {
      this.#memory.delete(key);
    } else {
      // A value from before would come back with the next load.
      this.#try((storage) => storage.removeItem(key));
      this.#memory.set(key, String(value));
    }
    this.#writeCookie(key, isStored ? null : value);
  }

  /** @param {string} key */
  removeItem(key) {
    this.#memory.delete(key);
    this.#try((storage) => storage.removeItem(key));
    this.#writeCookie(key, null);
  }

  /**
   * What `use` returns; null where storage is full or forbidden.
   * @template Result
   * @param {(storage: Storage) => Result} use
   */
  #try(use) {
    try {
      return use(window[this.#name]);
    } catch {
      return null;
    }
  }

  /** @param {string} key */
  #readCookie(key) {
    const cookies = this.#hasCookies ? (attempt(() => document.cookie) ?? "").split("; ") : [];
    const found = cookies.find((cookie) => cookie.startsWith(`${key}=`));
    return found === undefined ? null : decodeURIComponent(found.slice(key.length + 1));
  }

  /** @param {string} key @param {string | null} value null: none */
  #writeCookie(key, value) {
    if (!this.#hasCookies || (value === null && this.#readCookie(key) === null)) {
      return;
    }
    const secure = window.location.protocol === "https:" ? "; Secure" : "";
    const age = value === null ? 0 : COOKIE_MAX_AGE_S;
    attempt(() => {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs HTTPS.
      document.cookie = `${key}=${encodeURIComponent(value ?? "")}; Path=/; Max-Age=${age}; SameSite=Strict${secure}`;
    });
  }
}

/** Kept on this device. */
export const deviceStore = new SafeStore("localStorage", true);

/** Kept for this tab. */
export const tabStore = new SafeStore("sessionStorage", false);

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
