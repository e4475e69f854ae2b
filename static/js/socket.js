/**
 * A room's socket that comes back by itself (docs/spec.md §3.1–§3.3): handshake, heartbeat, ACK, half-open detection, reconnection.
 * It knows nothing of the game; what it hears goes to `onMessage`, how it fares to `onStatus`.
 *
 * status = {phase, attempt, retryInMs, code, error}
 *   idle        not started
 *   connecting  a socket is being opened, or its handshake is under way
 *   asking      the server refused the name; `connect` says another one
 *   online      in the room
 *   waiting     the next attempt is in `retryInMs`
 *   lost        every attempt failed; `retry` starts anew
 *   stopped     for good, `code` and the last `error` say why
 */

import { AFTER_CLOSE, CLOSE, LIMITS, TYPES, VERSION } from "./protocol.js";
import { delay, restartDelay } from "./backoff.js";
import { tab } from "./storage.js";

const ANSWER_MS = 8_000;
const PROBE_MS = 3_000;
const RELOADED = "partyflow.reloaded";
const NAME_ERRORS = ["NAME_INVALID", "NAME_TAKEN"];

/** What ends it: nobody should try again by themselves. */
const FINAL = ["stop", "rejoin", "results"];

export class RoomSocket {
  #socket = null;
  #session = null;
  #actorId = "";
  #lostAt = 0;
  #lastHeard = 0;
  #openedAt = 0;
  #lastError = null;
  #attempt = 0;
  #requests = 0;
  #timers = {};
  #wake = () => this.#onWake();
  #gone = () => this.#onGone();

  /**
   * @param {object} options
   * @param {string} options.url of the WebSocket, `roomId` in its query
   * @param {string} options.roomId
   * @param {() => object} options.hello the payload of CONNECT
   * @param {() => {lastSeqId: number, stateVersion?: number, stateChecksum?: string}} options.progress
   * @param {(message: object) => void} options.onMessage
   * @param {(status: object) => void} options.onStatus
   * @param {number} [options.maxAttempts] Infinity: never give up
   * @param {object} [options.world] what a test replaces: WebSocket, timers, random, now, events, reload
   */
  constructor({ url, roomId, hello, progress, onMessage, onStatus, maxAttempts, world = browser() }) {
    Object.assign(this, { url, roomId, hello, progress, onMessage, onStatus, world });
    this.maxAttempts = maxAttempts ?? LIMITS.RECONNECT_ATTEMPTS;
    this.status = { phase: "idle" };
  }

  /** Open the socket, and keep one open until `stop`. */
  start() {
    this.world.listen(this.#wake, this.#gone);
    this.#open();
  }

  /** Close the socket and stay silent. */
  stop() {
    this.world.unlisten(this.#wake, this.#gone);
    this.#drop();
    this.#report({ phase: "idle" });
  }

  /** After a refused name, or before the first one: CONNECT with what `hello` says now. */
  connect() {
    if (this.status.phase === "asking" && this.#socket?.readyState === 1) {
      this.#report({ phase: "connecting" });
      this.#after("handshake", LIMITS.HANDSHAKE_TIMEOUT_MS, () => this.#fail());
      this.#sendConnect();
    } else if (this.status.phase !== "online") {
      this.#attempt = 0;
      this.world.unlisten(this.#wake, this.#gone);
      this.start();
    }
  }

  /** Try again now. */
  retry() {
    this.#attempt = 0;
    this.#open();
  }

  /** Forget the session, so that the next handshake is a new one. */
  forget() {
    this.#session = null;
    this.#actorId = "";
  }

  /** Send a command; its `requestId`, or null when there is no line. */
  send(type, payload = {}) {
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
    this.#openedAt = this.world.now();
    this.#report({ phase: "connecting", attempt: this.#attempt });
    let socket;
    try {
      socket = new this.world.WebSocket(this.url);
    } catch (error) {
      this.#report({ phase: "stopped", code: 0, error: { code: "BAD_ADDRESS", message: String(error) } });
      return;
    }
    this.#socket = socket;
    const mine = (handle) => (event) => {
      if (this.#socket === socket) {
        handle(event);
      }
    };
    socket.addEventListener("open", mine(() => this.#shakeHands()));
    socket.addEventListener("message", mine((event) => this.#hear(event)));
    socket.addEventListener("close", mine((event) => this.#onClose(event.code)));
    this.#after("handshake", LIMITS.HANDSHAKE_TIMEOUT_MS, () => this.#fail());
  }

  #shakeHands() {
    if (this.#session) {
      const { lastSeqId } = this.progress();
      this.#write(TYPES.RECONNECT, { sessionId: this.#session, lastSeqId, disconnectTimestamp: this.#lostAt });
    } else {
      this.#sendConnect();
    }
  }

  #sendConnect() {
    this.#write(TYPES.CONNECT, this.hello());
  }

  #hear(event) {
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      this.#fail();
      return;
    }
    this.#lastHeard = this.world.now();
    this.#clear("answer");
    this.#handshake(message);
    this.onMessage(message);
    if (message.requiresAck) {
      this.#write(TYPES.ACK, { ackId: message.ackId, status: "received" });
    }
  }

  #handshake({ type, payload }) {
    if (type === TYPES.CONNECTED) {
      this.#session = payload.sessionId;
      this.#actorId = payload.actorId;
      this.#arrive(payload.heartbeatIntervalMs);
    } else if (type === TYPES.RECONNECTED) {
      this.#arrive(LIMITS.HEARTBEAT_INTERVAL_MS);
    } else if (type === TYPES.RECONNECT_FAILED && payload.canRejoin) {
      this.#write(TYPES.CONNECT, { ...this.hello(), sessionId: this.#session });
    } else if (type === TYPES.ERROR) {
      this.#lastError = payload;
      if (this.status.phase === "connecting" && NAME_ERRORS.includes(payload.code)) {
        this.#clear("handshake");
        this.#report({ phase: "asking", error: payload });
      }
    }
  }

  #arrive(heartbeatMs) {
    this.#attempt = 0;
    this.#clear("handshake");
    this.world.store.removeItem(RELOADED);
    this.#report({ phase: "online" });
    this.#beat(heartbeatMs);
  }

  #beat(intervalMs) {
    this.#after("heartbeat", intervalMs, () => {
      this.#probe(ANSWER_MS);
      this.#beat(intervalMs);
    });
  }

  /** A sign of life both ways; a socket that gives none back is dead, whatever it says of itself. */
  #probe(answerMs) {
    const { stateVersion, stateChecksum } = this.progress();
    this.#write(TYPES.HEARTBEAT, { stateVersion, stateChecksum });
    this.#after("answer", answerMs, () => this.#fail());
  }

  #onClose(code) {
    const { phase } = this.status;
    this.#lostAt = this.world.now();
    this.#drop();
    const action = AFTER_CLOSE[code];
    if (action === "reload") {
      this.#upgrade();
    } else if (phase === "asking" && code === CLOSE.HANDSHAKE_TIMEOUT) {
      // The person is still thinking about a name; `connect` opens another socket.
      this.#report(this.status);
    } else if (FINAL.includes(action)) {
      this.#stopFor(code);
    } else if (action === "reconnect" && phase === "online") {
      this.#wait(restartDelay(this.world.random()));
    } else {
      this.#wait(delay(this.#attempt + 1, this.world.random()));
    }
  }

  #upgrade() {
    if (this.world.store.getItem(RELOADED)) {
      this.#stopFor(CLOSE.UPGRADE_REQUIRED);
      return;
    }
    this.world.store.setItem(RELOADED, "1");
    this.world.reload();
  }

  #stopFor(code) {
    this.world.unlisten(this.#wake, this.#gone);
    this.#report({ phase: "stopped", code, error: this.#lastError });
  }

  /** The line is dead without a close: its away time began when the last message came. */
  #fail() {
    this.#lostAt = this.#lastHeard || this.world.now();
    this.#drop();
    this.#wait(delay(this.#attempt + 1, this.world.random()));
  }

  #wait(delayMs) {
    if (this.#attempt >= this.maxAttempts) {
      this.#report({ phase: "lost", error: this.#lastError });
      return;
    }
    this.#attempt += 1;
    this.#report({ phase: "waiting", attempt: this.#attempt, retryInMs: delayMs });
    this.#after("retry", delayMs, () => this.#open());
  }

  #onWake() {
    const { phase } = this.status;
    const isStale = phase === "connecting" && this.world.now() - this.#openedAt > PROBE_MS;
    if (phase === "waiting" || phase === "lost" || isStale) {
      this.retry();
    } else if (phase === "online") {
      this.#probe(PROBE_MS);
    }
  }

  #onGone() {
    if (this.status.phase === "online") {
      this.#probe(PROBE_MS);
    }
  }

  #drop() {
    Object.keys(this.#timers).forEach((name) => this.#clear(name));
    const socket = this.#socket;
    this.#socket = null;
    if (socket && socket.readyState <= 1) {
      socket.close(1000);
    }
  }

  #write(type, payload, requestId) {
    if (this.#socket?.readyState !== 1) {
      return;
    }
    const message = {
      type,
      roomId: this.roomId,
      actorId: this.#actorId,
      timestamp: Date.now(),
      version: VERSION,
      payload,
      requestId,
    };
    this.#socket.send(JSON.stringify(message));
  }

  #report(status) {
    this.status = status;
    this.onStatus(status);
  }

  #after(name, ms, action) {
    this.#clear(name);
    this.#timers[name] = this.world.setTimeout(() => {
      delete this.#timers[name];
      action();
    }, ms);
  }

  #clear(name) {
    this.world.clearTimeout(this.#timers[name]);
    delete this.#timers[name];
  }
}

/** What the socket needs of a browser. A phone that wakes up says so in one of three ways. */
function browser() {
  const visible = (wake) => () => document.visibilityState === "visible" && wake();
  const handlers = new Map();
  return {
    WebSocket,
    setTimeout: (action, ms) => window.setTimeout(action, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    random: Math.random,
    now: () => Date.now(),
    store: tab,
    reload: () => window.location.reload(),
    listen(wake, gone) {
      const show = visible(wake);
      handlers.set(wake, show);
      window.addEventListener("online", wake);
      window.addEventListener("offline", gone);
      window.addEventListener("pageshow", wake);
      document.addEventListener("visibilitychange", show);
    },
    unlisten(wake, gone) {
      window.removeEventListener("online", wake);
      window.removeEventListener("offline", gone);
      window.removeEventListener("pageshow", wake);
      document.removeEventListener("visibilitychange", handlers.get(wake));
    },
  };
}
