/** A player's seat as this browser remembers it: the session secret of each room. */

import { deviceStore, readJson, writeJson } from "./storage.js";

const LAST_KEY = "partyflow.last";

/** @param {string} code */
const keyOf = (code) => `partyflow.seat.${code}`;

export class Seat {
  #code;

  /** @param {string} code of the room */
  constructor(code) {
    this.#code = code;
  }

  /** The session secret, or null. */
  get sessionId() {
    const seat = readJson(deviceStore, keyOf(this.#code));
    return hasText(seat, "sessionId") ? seat.sessionId : null;
  }

  /** @param {string} sessionId @param {string} playerName */
  save(sessionId, playerName) {
    writeJson(deviceStore, keyOf(this.#code), { sessionId });
    writeJson(deviceStore, LAST_KEY, { code: this.#code, playerName });
  }

  forget() {
    deviceStore.removeItem(keyOf(this.#code));
    if (lastSeat()?.code === this.#code) {
      deviceStore.removeItem(LAST_KEY);
    }
  }
}

/** The room in which this browser last had a seat, or null. */
export function lastSeat() {
  const last = readJson(deviceStore, LAST_KEY);
  if (!hasText(last, "code") || !deviceStore.getItem(keyOf(last.code))) {
    return null;
  }
  return { code: last.code, playerName: hasText(last, "playerName") ? last.playerName : "" };
}

/**
 * @template {string} Name
 * @param {unknown} value
 * @param {Name} name
 * @returns {value is Record<Name, string>}
 */
function hasText(value, name) {
  return value !== null && typeof value === "object" && typeof Reflect.get(value, name) === "string";
}
