/** A page's view of the room: the connection, and the state that its messages make. Listeners draw it. */

import { stateChecksum } from "./checksum.js";
import { attempt } from "./guard.js";
import { TYPES } from "./protocol.js";
import { forgetPending, initialState, reduce, swipe } from "./reducer.js";
import { liveWord } from "./selectors.js";
import { RoomSocket } from "./socket.js";

/** @import { ClientPayloads, ClientType, Connect, ServerMessage } from "./protocol.js" */
/** @import { State, WordAction } from "./reducer.js" */
/** @import { Status } from "./socket.js" */

/**
 * @typedef {object} Change
 * @property {State} state
 * @property {State} previous
 * @property {ServerMessage | null} message null when only the connection or the pending answer has changed
 * @property {Status} status
 */

export class Room {
  /** @type {Set<(change: Change) => void>} */
  #listeners = new Set();
  #socket;
  state = initialState();

  /**
   * @param {object} options
   * @param {string} options.code
   * @param {string} options.url of the WebSocket
   * @param {() => Connect} options.connectPayload
   * @param {number} [options.maxAttempts]
   */
  constructor({ code, url, connectPayload, maxAttempts }) {
    this.#socket = new RoomSocket({
      url,
      roomId: code,
      connectPayload,
      cursor: () => this.#cursor(),
      onMessage: (message) => this.#onMessage(message),
      onStatus: () => this.#onStatus(),
      maxAttempts,
    });
  }

  get status() {
    return this.#socket.status;
  }

  /** @param {(change: Change) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
  }

  start() {
    this.#socket.start();
  }

  /** Send CONNECT: the first time, after a refused name, or after the socket was stopped. */
  connect() {
    this.#socket.connect();
  }

  /** Claim the seat that has the refused name. @param {string} playerName */
  claim(playerName) {
    this.#socket.claim(playerName);
  }

  /** Reconnect now. */
  retry() {
    this.#socket.retry();
  }

  stop() {
    this.#socket.stop();
  }

  /**
   * Send a command; its `requestId`, or null when offline.
   * @template {ClientType} Type
   * @param {Type} type
   * @param {ClientPayloads[Type]} payload
   */
  send(type, payload) {
    return this.#socket.send(type, payload);
  }

  /**
   * Answer the live word, and show that before the server confirms it; false when there is no word or no connection.
   * @param {WordAction} action
   * @param {number} swipeDurationMs
   */
  swipe(action, swipeDurationMs) {
    const word = liveWord(this.state);
    const requestId = word && this.send(TYPES.WORD_SWIPED, { wordId: word.wordId, action, swipeDurationMs });
    if (!requestId) {
      return false;
    }
    this.#update(swipe(this.state, { wordId: word.wordId, action, requestId }), null);
    return true;
  }

  undo() {
    this.send(TYPES.UNDO_SWIPE, {});
  }

  /** Forget the session and the state; the next handshake starts a new session. */
  reset() {
    this.#socket.forgetSession();
    this.#update(initialState(), null);
  }

  #cursor() {
    const game = this.state.gameState;
    return game
      ? { lastSeqId: game.sequenceId, stateVersion: game.stateVersion, stateChecksum: stateChecksum(game) }
      : { lastSeqId: 0 };
  }

  /** @param {ServerMessage} message */
  #onMessage(message) {
    // A message that cannot be applied leaves the state behind; the next heartbeat's checksum then brings a fresh one.
    this.#update(attempt(() => reduce(this.state, message, performance.now())) ?? this.state, message);
  }

  #onStatus() {
    this.#update(this.status.phase === "online" ? this.state : forgetPending(this.state), null);
  }

  /** @param {State} state @param {ServerMessage | null} message */
  #update(state, message) {
    const previous = this.state;
    this.state = state;
    for (const listener of this.#listeners) {
      attempt(() => listener({ state, previous, message, status: this.status }));
    }
  }
}

/** The WebSocket URL for a path of this site. @param {string} path */
export function socketUrl(path) {
  const url = new URL(path, window.location.href);
  url.protocol = window.location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
