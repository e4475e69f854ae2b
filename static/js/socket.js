/**
 * A reconnecting WebSocket of a room (docs/spec.md §3.1–§3.3): handshake, heartbeat, ACK, half-open
 * detection, backoff. It knows nothing of the game.
 */

import { reconnectDelay, restartDelay } from "./backoff.js";
import { attempt } from "./guard.js";
import { AFTER_CLOSE, CLOSE, ERRORS, LIMITS, TYPES, VERSION } from "./protocol.js";
import { tabStore } from "./storage.js";

/** @import { ClientPayloads, ClientType, CloseAction, Connect, ErrorPayload, Heartbeat } from "./protocol.js" */
/** @import { ServerMessage } from "./protocol.js" */
/** @import { KeyValueStore } from "./storage.js" */

/**
 * @typedef {"idle" | "connecting" | "asking" | "online" | "waiting" | "lost" | "stopped"} Phase
 *   idle        not started
 *   connecting  a socket is being opened, or its handshake is under way
 *   asking      the server refused the name; `connect` sends another one
 *   online      in the room
 *   waiting     the next attempt is in `retryInMs`
 *   lost        every attempt failed and the page is hidden; once it is seen again, or with `retry`, it starts over
 *   stopped     for good, `code` and the last `error` say why
 */
/**
 * @typedef {object} Status
 * @property {Phase} phase
 * @property {number} [attempt]
 * @property {number} [retryInMs]
 * @property {number} [code] the close code
 * @property {ErrorPayload | null} [error] the last one before the close
 */
/**
 * @typedef {object} World what the socket needs of a browser; a test replaces it
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {(action: () => void, ms: number) => number} setTimeout
 * @property {(timer: number | undefined) => void} clearTimeout
 * @property {() => number} random
 * @property {() => number} now
 * @property {KeyValueStore} store
 * @property {() => void} reload
 * @property {() => boolean} isVisible
 * @property {(onWake: () => void, onOffline: () => void) => void} listen
 * @property {(onWake: () => void, onOffline: () => void) => void} unlisten
 */
/**
 * @typedef {object} Options
 * @property {string} url of the WebSocket, `roomId` in its query
 * @property {string} roomId
 * @property {() => Connect} connectPayload
 * @property {() => {lastSeqId: number} & Heartbeat} cursor how far the page's state has come
 * @property {(message: ServerMessage) => void} onMessage
 * @property {(status: Status) => void} onStatus
 * @property {number} [maxAttempts] of a page that is hidden; while it is seen there is no end of them
 * @property {World} [world]
 */

const ANSWER_TIMEOUT_MS = 8_000;
const PROBE_TIMEOUT_MS = 3_000;
const RELOADED_KEY = "partyflow.reloaded";

/** @type {string[]} */
const NAME_ERRORS = [ERRORS.NAME_INVALID, ERRORS.NAME_TAKEN];

/** After these the page does not reconnect by itself. @type {(CloseAction | undefined)[]} */
const FINAL_ACTIONS = ["stop", "rejoin", "results"];

export class RoomSocket {
  #options;
  #world;
  #maxAttempts;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {string | null} */
  #sessionId = null;
  #actorId = "";
  #lostAt = 0;
  #lastReceivedAt = 0;
  #openedAt = 0;
  /** @type {ErrorPayload | null} */
  #lastError = null;
  #attempt = 0;
  #requests = 0;
  /** @type {Map<string, number>} */
  #timers = new Map();
  #wake = () => this.#onWake();
  #offline = () => this.#onOffline();
  /** @type {Status} */
  status = { phase: "idle" };

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#world = options.world ?? browserWorld();
    this.#maxAttempts = options.maxAttempts ?? LIMITS.RECONNECT_ATTEMPTS;
  }

  /** Open the socket, and keep one open until `stop`. */
  start() {
    this.#world.listen(this.#wake, this.#offline);
    this.#open();
  }

  /** Close the socket and stay closed. */
  stop() {
    this.#world.unlisten(this.#wake, this.#offline);
    this.#drop();
    this.#setStatus({ phase: "idle" });
  }

  /** Send CONNECT with the current payload: after a refused name, or before the first one. */
  connect() {
    if (this.status.phase === "asking" && this.#socket?.readyState === 1) {
      this.#setStatus({ phase: "connecting" });
      this.#after("handshake", LIMITS.HANDSHAKE_TIMEOUT_MS, () => this.#onDead());
      this.#sendConnect();
    } else if (this.status.phase !== "online" && this.status.phase !== "connecting") {
      this.#attempt = 0;
      this.#world.unlisten(this.#wake, this.#offline);
      this.start();
    }
  }

  /** Claim the seat that has the refused name; the answer is CLAIM_PENDING, then CONNECTED or an ERROR. @param {string} playerName */
  claim(playerName) {
    if (this.status.phase === "asking") {
      this.#write(TYPES.CLAIM_SEAT, { playerName });
    }
  }

  /** Reconnect now. */
  retry() {
    this.#attempt = 0;
    this.#open();
  }

  /** Forget the session, so that the next handshake starts a new one. */
  forgetSession() {
    this.#sessionId = null;
    this.#actorId = "";
  }

  /**
   * Send a command; its `requestId`, or null when offline.
   * @template {ClientType} Type
   * @param {Type} type
   * @param {ClientPayloads[Type]} payload
   */
  send(type, payload) {
    if (this.status.phase !== "online") {
      return null;
    }
    this.#requests += 1;
    const requestId = `${this.#actorId}-${this.#requests}`;
    this.#write(type, payload, requestId);
    return requestId;
  }

  #open() {
    this.#drop();
    this.#lastError = null;
    this.#openedAt = this.#world.now();
    this.#setStatus({ phase: "connecting", attempt: this.#attempt });
    /** @type {WebSocket} */
    let socket;
    try {
      socket = new this.#world.WebSocket(this.#options.url);
    } catch (error) {
      console.warn(`${this.#options.url} cannot be opened:`, error);
      this.#stopFor(0);
      return;
    }
    this.#socket = socket;
    socket.addEventListener("open", () => this.#ifCurrent(socket, () => this.#sendHandshake()));
    socket.addEventListener("message", ({ data }) => this.#ifCurrent(socket, () => this.#receive(data)));
    socket.addEventListener("close", ({ code }) => this.#ifCurrent(socket, () => this.#onClose(code)));
    this.#after("handshake", LIMITS.HANDSHAKE_TIMEOUT_MS, () => this.#onDead());
  }

  /** Events of a socket that was dropped do not count. @param {WebSocket} socket @param {() => void} handle */
  #ifCurrent(socket, handle) {
    if (this.#socket === socket) {
      handle();
    }
  }

  #sendHandshake() {
    if (this.#sessionId) {
      const { lastSeqId } = this.#options.cursor();
      this.#write(TYPES.RECONNECT, { sessionId: this.#sessionId, lastSeqId, disconnectTimestamp: this.#lostAt });
    } else {
      this.#sendConnect();
    }
  }

  #sendConnect() {
    this.#write(TYPES.CONNECT, this.#options.connectPayload());
  }

  /** @param {string} text */
  #receive(text) {
    /** @type {ServerMessage} */
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      this.#onDead();
      return;
    }
    this.#lastReceivedAt = this.#world.now();
    this.#clear("answer");
    this.#follow(message);
    // Before the page draws: a slow or broken view is no bad connection.
    if (message.requiresAck && message.ackId !== undefined) {
      this.#write(TYPES.ACK, { ackId: message.ackId, status: "received" });
    }
    attempt(() => this.#options.onMessage(message));
  }

  /** The part of the protocol that concerns the connection itself. @param {ServerMessage} message */
  #follow({ type, payload }) {
    if (type === TYPES.CONNECTED) {
      this.#sessionId = payload.sessionId;
      this.#actorId = payload.actorId;
      this.#onJoined(payload.heartbeatIntervalMs);
    } else if (type === TYPES.RECONNECTED) {
      this.#onJoined(LIMITS.HEARTBEAT_INTERVAL_MS);
    } else if (type === TYPES.RECONNECT_FAILED && payload.canRejoin) {
      this.#write(TYPES.CONNECT, { ...this.#options.connectPayload(), sessionId: this.#sessionId });
    } else if (type === TYPES.ERROR) {
      this.#lastError = payload;
      if (this.status.phase === "connecting" && NAME_ERRORS.includes(payload.code)) {
        this.#clear("handshake");
        this.#setStatus({ phase: "asking", error: payload });
      } else if (this.status.phase === "asking" && payload.code === ERRORS.CLAIM_REFUSED) {
        this.#setStatus({ phase: "asking", error: payload });
      }
    }
  }

  /** @param {number} heartbeatMs */
  #onJoined(heartbeatMs) {
    this.#attempt = 0;
    this.#clear("handshake");
    this.#world.store.removeItem(RELOADED_KEY);
    this.#setStatus({ phase: "online" });
    this.#scheduleHeartbeat(heartbeatMs);
  }

  /** @param {number} intervalMs */
  #scheduleHeartbeat(intervalMs) {
    this.#after("heartbeat", intervalMs, () => {
      this.#sendHeartbeat(ANSWER_TIMEOUT_MS);
      this.#scheduleHeartbeat(intervalMs);
    });
  }

  /** A socket that brings no message within `timeoutMs` of it is dead, whatever its state. @param {number} timeoutMs */
  #sendHeartbeat(timeoutMs) {
    const { stateVersion, stateChecksum } = this.#options.cursor();
    this.#write(TYPES.HEARTBEAT, { stateVersion, stateChecksum });
    this.#after("answer", timeoutMs, () => this.#onDead());
  }

  /** @param {number} code */
  #onClose(code) {
    const { phase } = this.status;
    this.#lostAt = this.#world.now();
    this.#drop();
    const action = AFTER_CLOSE[code];
    if (action === "reload") {
      this.#reloadOnce();
    } else if (phase === "asking" && code === CLOSE.HANDSHAKE_TIMEOUT) {
      // The person is still thinking about a name; `connect` opens another socket.
      this.#setStatus(this.status);
    } else if (FINAL_ACTIONS.includes(action)) {
      this.#stopFor(code);
    } else if (action === "reconnect" && phase === "online") {
      this.#scheduleReconnect(restartDelay(this.#world.random()));
    } else {
      this.#scheduleReconnect(reconnectDelay(this.#attempt + 1, this.#world.random()));
    }
  }

  #reloadOnce() {
    if (this.#world.store.getItem(RELOADED_KEY)) {
      this.#stopFor(CLOSE.UPGRADE_REQUIRED);
      return;
    }
    this.#world.store.setItem(RELOADED_KEY, "1");
    this.#world.reload();
  }

  /** @param {number} code */
  #stopFor(code) {
    this.#world.unlisten(this.#wake, this.#offline);
    this.#setStatus({ phase: "stopped", code, error: this.#lastError });
  }

  /** The connection is dead without a close: the absence began with the last message. */
  #onDead() {
    this.#lostAt = this.#lastReceivedAt || this.#world.now();
    this.#drop();
    this.#scheduleReconnect(reconnectDelay(this.#attempt + 1, this.#world.random()));
  }

  /** @param {number} delayMs */
  #scheduleReconnect(delayMs) {
    if (this.#attempt >= this.#maxAttempts && !this.#world.isVisible()) {
      this.#setStatus({ phase: "lost", error: this.#lastError });
      return;
    }
    this.#attempt += 1;
    this.#setStatus({ phase: "waiting", attempt: this.#attempt, retryInMs: delayMs });
    this.#after("retry", delayMs, () => this.#open());
  }

  #onWake() {
    const { phase } = this.status;
    const isStale = phase === "connecting" && this.#world.now() - this.#openedAt > PROBE_TIMEOUT_MS;
    if (phase === "waiting" || phase === "lost" || isStale) {
      this.retry();
    } else if (phase === "online") {
      this.#sendHeartbeat(PROBE_TIMEOUT_MS);
    }
  }

  #onOffline() {
    if (this.status.phase === "online") {
      this.#sendHeartbeat(PROBE_TIMEOUT_MS);
    }
  }

  #drop() {
    for (const name of this.#timers.keys()) {
      this.#clear(name);
    }
    const socket = this.#socket;
    this.#socket = null;
    if (socket && socket.readyState <= 1) {
      socket.close(1000);
    }
  }

  /**
   * @template {ClientType} Type
   * @param {Type} type
   * @param {ClientPayloads[Type]} payload
   * @param {string} [requestId]
   */
  #write(type, payload, requestId) {
    if (this.#socket?.readyState !== 1) {
      return;
    }
    const message = {
      type,
      roomId: this.#options.roomId,
      actorId: this.#actorId,
      timestamp: Date.now(),
      version: VERSION,
      payload,
      requestId,
    };
    this.#socket.send(JSON.stringify(message));
  }

  /** @param {Status} status */
  #setStatus(status) {
    this.status = status;
    attempt(() => this.#options.onStatus(status));
  }

  /** @param {string} name @param {number} ms @param {() => void} action */
  #after(name, ms, action) {
    this.#clear(name);
    const timer = this.#world.setTimeout(() => {
      this.#timers.delete(name);
      action();
    }, ms);
    this.#timers.set(name, timer);
  }

  /** @param {string} name */
  #clear(name) {
    this.#world.clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

/** The real world. A phone that wakes up says so in one of three ways. @returns {World} */
function browserWorld() {
  /** @type {Map<() => void, () => void>} */
  const handlers = new Map();
  return {
    WebSocket,
    setTimeout: (action, ms) => window.setTimeout(action, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    random: Math.random,
    now: () => Date.now(),
    store: tabStore,
    reload: () => window.location.reload(),
    isVisible: () => document.visibilityState === "visible",
    listen(onWake, onOffline) {
      const onVisibility = () => document.visibilityState === "visible" && onWake();
      handlers.set(onWake, onVisibility);
      window.addEventListener("online", onWake);
      window.addEventListener("offline", onOffline);
      window.addEventListener("pageshow", onWake);
      document.addEventListener("visibilitychange", onVisibility);
    },
    unlisten(onWake, onOffline) {
      window.removeEventListener("online", onWake);
      window.removeEventListener("offline", onOffline);
      window.removeEventListener("pageshow", onWake);
      document.removeEventListener("visibilitychange", handlers.get(onWake) ?? onWake);
    },
  };
}
