/** A player's seat as this browser remembers it: the secret that opens it again, for each room. */

import { local, read, write } from "./storage.js";

const LAST = "partyflow.last";

export class Seat {
  #key;
  #code;

  constructor(code) {
    this.#code = code;
    this.#key = `partyflow.seat.${code}`;
  }

  /** The session secret, or null. */
  get sessionId() {
    return read(local, this.#key)?.sessionId ?? null;
  }

  keep(sessionId, playerName) {
    write(local, this.#key, { sessionId });
    write(local, LAST, { code: this.#code, playerName });
  }

  forget() {
    local.removeItem(this.#key);
    if (lastSeat()?.code === this.#code) {
      local.removeItem(LAST);
    }
  }
}

/** `{code, playerName}` of the room this browser last had a seat in, or null. */
export function lastSeat() {
  const last = read(local, LAST);
  return last && local.getItem(`partyflow.seat.${last.code}`) ? last : null;
}
