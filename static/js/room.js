/** A page's end of the room: the socket, and the state that its messages make. Views subscribe and draw. */

import { TYPES } from "./protocol.js";
import { stateChecksum } from "./checksum.js";
import { forgetPending, initialState, reduce, swipe } from "./reducer.js";
import { liveWord } from "./selectors.js";
import { RoomSocket } from "./socket.js";

export class Room {
  #listeners = new Set();
  #hello;

  /**
   * `hello()` gives the payload of CONNECT. Listeners get `{state, previous, message, status}`; `message` is null when
   * only the line or an optimistic answer has changed.
   */
  constructor({ code, url, hello, maxAttempts }) {
    this.state = initialState();
    this.#hello = hello;
    this.socket = new RoomSocket({
      url,
      roomId: code,
      hello: () => this.#hello(),
      progress: () => this.#progress(),
      onMessage: (message) => this.#take(message),
      onStatus: () => this.#changeLine(),
      maxAttempts,
    });
  }

  get status() {
    return this.socket.status;
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start() {
    this.socket.start();
  }

  /** Say who wants in: the first time, after a refused name, or after the socket was stopped. */
  connect() {
    this.socket.connect();
  }

  /** Try for a line now. */
  retry() {
    this.socket.retry();
  }

  stop() {
    this.socket.stop();
  }

  /** Give a command; null when there is no line. */
  send(type, payload) {
    return this.socket.send(type, payload);
  }

  /** Answer the live word, at once on the screen; false when there is none or no line. */
  swipe(action, swipeDurationMs) {
    const word = liveWord(this.state);
    if (!word) {
      return false;
    }
    const requestId = this.send(TYPES.WORD_SWIPED, { wordId: word.wordId, action, swipeDurationMs });
    if (!requestId) {
      return false;
    }
    this.#set(swipe(this.state, { wordId: word.wordId, action, requestId }), null);
    return true;
  }

  undo() {
    return this.send(TYPES.UNDO_SWIPE);
  }

  /** Everything known of the room is void; the next handshake is a new one. */
  reset() {
    this.socket.forget();
    this.#set(initialState(), null);
  }

  #progress() {
    const game = this.state.gameState;
    return game
      ? { lastSeqId: game.sequenceId, stateVersion: game.stateVersion, stateChecksum: stateChecksum(game) }
      : { lastSeqId: 0 };
  }

  #take(message) {
    this.#set(reduce(this.state, message, performance.now()), message);
  }

  #changeLine() {
    this.#set(this.status.phase === "online" ? this.state : forgetPending(this.state), null);
  }

  #set(state, message) {
    const previous = this.state;
    this.state = state;
    this.#listeners.forEach((listener) => listener({ state, previous, message, status: this.status }));
  }
}

/** The address of the room's socket, beside the page's own. */
export function socketUrl(path, location = window.location) {
  const address = new URL(path, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
