/** What holds the screens of a player's phone together: which one is shown, the bar above, the seat, the noises. */

import { Announcer } from "../announcer.js";
import { reactTo, showMissedNotices } from "../effects.js";
import { drawConnectionBadge, isOffline } from "../widgets/connection_badge.js";
import { el, setText, show } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { AFTER_CLOSE, ERRORS, TYPES } from "../protocol.js";
import { Room, socketUrl } from "../room.js";
import { Seat } from "../seat.js";
import { Sound } from "../sound.js";
import { isHost, nameOf } from "../selectors.js";
import { Toasts } from "../toasts.js";
import { ScreenWakeLock } from "../wake_lock.js";
import { drawBar } from "./header.js";
import { drawControls } from "./host_control_bar.js";
import { resultsView } from "./results.js";
import { CLOSED, endingFor, endedView, LEFT } from "./ended.js";
import { joinView } from "./join.js";
import { lobbyView } from "./lobby.js";
import { Menu } from "./menu.js";
import { roundView } from "./round.js";
import { reviewView } from "./review.js";
import { teamsView } from "./teams.js";

const SCREENS = {
  ROOM_CREATED: "lobby",
  LOBBY: "lobby",
  TEAM_SETUP: "teams",
  READY_TO_START: "teams",
  ROUND_STARTING: "round",
  ROUND_ACTIVE: "round",
  ROUND_PAUSED: "round",
  ROUND_ENDED: "review",
  SCORE_REVIEW: "review",
  READY_FOR_NEXT: "review",
  GAME_ENDED: "results",
  FINAL_RESULTS: "results",
  ROOM_CLOSED: "ended",
};
const TICK_MS = 100;

/** Errors that a page of their own follows. */
const ENDINGS = [ERRORS.KICKED, ERRORS.SESSION_REPLACED, ERRORS.ROOM_CLOSED, ERRORS.SESSION_EXPIRED];

export class PlayerPage {
  name = "";
  gone = null;
  #screen = null;
  #status = null;
  #sections = new Map();
  #views = {};

  constructor({ code, ws, entry, wasHost, stageUrl, homeUrl }, screens) {
    Object.assign(this, { code, entry, stageUrl, homeUrl });
    this.wasHost = Boolean(wasHost);
    this.seat = new Seat(code);
    this.sound = new Sound();
    this.toasts = new Toasts(el("toasts"));
    this.announcer = new Announcer(el("announcer"));
    this.wake = new ScreenWakeLock(el("awake"));
    this.room = new Room({ code, url: socketUrl(ws), hello: () => this.#hello() });
    this.menu = new Menu(this);
    screens.querySelectorAll("[data-screen]").forEach((section) => this.#sections.set(section.dataset.screen, section));
    const build = { join: joinView, lobby: lobbyView, teams: teamsView, round: roundView, review: reviewView };
    Object.entries({ ...build, results: resultsView, ended: endedView }).forEach(([name, view]) => {
      this.#views[name] = view(this.#sections.get(name), this);
    });
  }

  start() {
    this.room.subscribe((change) => this.#hear(change));
    this.#awaitTap();
    window.setInterval(() => this.#tick(), TICK_MS);
    if (this.#hasSeat) {
      this.room.start();
    } else if (this.entry === "open") {
      this.#draw();
    } else {
      this.leaveFor(endingFor(null, { code: this.entry === "full" ? "ROOM_FULL" : "ROOM_LOCKED" }));
    }
  }

  /** Ask the room for a seat under this name. Called by a tap, which also keeps the screen on. */
  join(name) {
    this.name = name;
    this.requestWakeLock();
    this.gone = null;
    this.room.connect();
  }

  /** Take the seat back that was opened elsewhere, or try again. */
  comeBack() {
    this.gone = null;
    this.room.connect();
  }

  /** Start over with a name. */
  askName(note = "") {
    this.gone = null;
    this.wasHost = false;
    this.seat.forget();
    this.room.reset();
    this.#views.join.ask(note);
    this.#draw();
  }

  /** Give the seat up. */
  leave() {
    this.room.send(TYPES.LEAVE_ROOM);
    this.seat.forget();
    this.room.stop();
    this.room.reset();
    this.leaveFor(LEFT);
  }

  /** Nothing more to do in the room: a calm page says why. */
  leaveFor(reason) {
    this.gone = reason;
    this.wake.release();
    this.menu.close();
    this.toasts.clear();
    show(el("awake-hint"), false);
    this.#draw();
  }

  /** First thing in a tap: the wake lock has to be asked for before anything is waited for. */
  requestWakeLock() {
    this.wake.request();
    this.sound.unlock();
    show(el("awake-hint"), false);
  }

  get #hasSeat() {
    return Boolean(this.seat.sessionId) || this.wasHost;
  }

  #hello() {
    const { sessionId } = this.seat;
    if (sessionId) {
      return { role: "player", sessionId };
    }
    // A former host's secret lies in a cookie; the answer makes a player of them.
    return this.wasHost ? { role: "host" } : { role: "player", playerName: this.name };
  }

  #hear(change) {
    const { state, message, status } = change;
    if (message) {
      this.#react(change);
    } else if (status !== this.#status) {
      this.#status = status;
      this.#followLine(status);
    }
    this.#drawLine(state, status);
    this.#draw();
  }

  #followLine(status) {
    if (status.phase === "stopped") {
      this.#stopped(status);
    } else if (status.phase === "asking") {
      this.#views.join.refuse(status.error);
    }
  }

  #drawLine(state, status) {
    const badge = el("connection");
    drawConnectionBadge(badge, status);
    if (status.phase === "waiting") {
      // The whole sentence would leave no room for the name.
      setText(badge, gettext("Reconnecting…"));
    }
    show(badge, !badge.hidden && status.phase !== "asking" && !this.gone);
    document.body.toggleAttribute("data-offline", isOffline(status) && Boolean(state.gameState));
    show(el("retry"), status.phase === "lost");
  }

  #react(change) {
    const { state, message, status, previous } = change;
    switch (message.type) {
      case TYPES.CONNECTED:
        this.seat.keep(message.payload.sessionId, nameOf(state.gameState, state.me.actorId));
        break;
      case TYPES.RECONNECTED:
        this.#catchUp(message.payload);
        return;
      case TYPES.RECONNECT_FAILED:
        this.toasts.show(gettext("You were away for a while. Getting your seat back…"), "warning");
        break;
      case TYPES.ERROR:
        if (status.phase !== "online" || ENDINGS.includes(message.payload.code)) {
          return;
        }
        break;
      case TYPES.HOST_CHANGED:
        if (isHost(state) && !isHost({ ...previous, me: state.me })) {
          this.toasts.show(gettext("You are the host now."), "good");
        }
        break;
      case TYPES.SEAT_LINK:
        this.menu.showSeatLink(message.payload.url);
        break;
    }
    reactTo(change, this);
    Object.values(this.#views).forEach((view) => view.hear?.(message, state));
  }

  #catchUp({ message, summary, missedEvents }) {
    showMissedNotices({ missedEvents }, this.toasts);
    const words = (summary?.wordsGuessed ?? 0) + (summary?.wordsSkipped ?? 0);
    if (words) {
      const values = { guessed: summary.wordsGuessed, skipped: summary.wordsSkipped };
      this.toasts.show(fill(gettext("You missed: %(guessed)s guessed, %(skipped)s skipped."), values), "good");
    } else if (message) {
      this.toasts.show(message, "good");
    }
  }

  #stopped({ code, error }) {
    if (AFTER_CLOSE[code] === "rejoin") {
      this.askName(gettext("Your seat was given up while you were away. Say your name to join again."));
      return;
    }
    if (error?.code === "KICKED") {
      this.seat.forget();
    }
    this.leaveFor(endingFor(code, error));
  }

  #screenName(state) {
    if (this.gone) {
      return "ended";
    }
    if (state.gameState) {
      return SCREENS[state.gameState.state];
    }
    return this.#hasSeat ? "connecting" : "join";
  }

  #draw() {
    const { state } = this.room;
    if (state.gameState?.state === "ROOM_CLOSED" && !this.gone) {
      this.gone = CLOSED;
      this.seat.forget();
    }
    const name = this.#screenName(state);
    this.#show(name);
    drawBar(this, state);
    drawControls(el("controls"), this, state);
    if (state.gameState || name === "ended") {
      this.#views[name]?.draw(state);
    }
  }

  #show(name) {
    if (name === this.#screen) {
      return;
    }
    const before = this.#sections.get(this.#screen);
    const hadFocus = !before || before.contains(document.activeElement) || document.activeElement === document.body;
    this.#views[this.#screen]?.leave?.();
    this.#screen = name;
    document.body.dataset.screen = name;
    this.#sections.forEach((section, screen) => show(section, screen === name));
    window.scrollTo(0, 0);
    if (before) {
      const title = this.#sections.get(name).querySelector("h1");
      if (hadFocus) {
        title.focus({ preventScroll: true });
      }
      // What had the focus may have been hidden together with the screen it belonged to.
      requestAnimationFrame(() => {
        const focused = document.activeElement;
        if (name === this.#screen && (focused === document.body || !focused.checkVisibility())) {
          title.focus({ preventScroll: true });
        }
      });
    }
  }

  #tick() {
    if (this.room.state.gameState && document.visibilityState === "visible") {
      this.#views[this.#screen]?.tick?.(this.room.state, performance.now());
    }
  }

  /** Any tap will do to keep the screen on; until there was one, a button asks for it. */
  #awaitTap() {
    const hint = el("awake-hint");
    show(hint, this.#hasSeat);
    document.addEventListener("click", () => this.requestWakeLock(), { once: true });
    el("retry").addEventListener("click", () => this.room.retry());
  }
}
