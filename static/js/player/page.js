/** A player's page: it joins the room, chooses the screen and owns what the screens share. */

import { Announcer } from "../announcer.js";
import { data, el, setText, show } from "../dom.js";
import { reactTo, showMissedNotices } from "../effects.js";
import { endedScreen, endingFor, LEFT } from "../ended.js";
import { onGesture } from "../gestures.js";
import { attempt } from "../guard.js";
import { fill, gettext } from "../i18n.js";
import { AFTER_CLOSE, CLOSE, ERRORS, TYPES } from "../protocol.js";
import { Room, socketUrl } from "../room.js";
import { Screens } from "../screens.js";
import { Seat } from "../seat.js";
import { isHost, isLive, nameOf, phaseOf } from "../selectors.js";
import { Sound } from "../sound.js";
import { Toasts } from "../toasts.js";
import { Typeface } from "../typeface.js";
import { ScreenWakeLock } from "../wake_lock.js";
import { ClaimDialog } from "../widgets/claim_dialog.js";
import { drawConnectionBadge, isHopeless, isOffline } from "../widgets/connection_badge.js";
import { BackGuard } from "./back_guard.js";
import { drawHeader } from "./header.js";
import { drawControls } from "./host_control_bar.js";
import { joinView } from "./join.js";
import { lobbyView } from "./lobby.js";
import { Menu } from "./menu.js";
import { drawStandings, resultsView } from "./results.js";
import { reviewView } from "./review.js";
import { roundView } from "./round.js";
import { teamsView } from "./teams.js";

/** @import { Action, Ending } from "../ended.js" */
/** @import { Connect, ErrorCode, GameState, ServerMessage, ServerPayloads } from "../protocol.js" */
/** @import { State } from "../reducer.js" */
/** @import { Change } from "../room.js" */
/** @import { Status } from "../socket.js" */

const TICK_MS = 100;

/** Errors that an ending follows. @type {ErrorCode[]} */
const FINAL_ERRORS = [ERRORS.KICKED, ERRORS.SESSION_REPLACED, ERRORS.ROOM_CLOSED, ERRORS.SESSION_EXPIRED];

export class PlayerPage {
  code = data(document.body, "code");
  /** Why there is nothing more to do in the room; null while there is. @type {Ending | null} */
  ending = null;
  sound = new Sound();
  toasts = new Toasts(el("toasts"));
  announcer = new Announcer(el("announcer"));
  room = new Room({
    code: this.code,
    url: socketUrl(data(document.body, "ws")),
    connectPayload: () => this.#connectPayload(),
  });
  screens = new Screens();
  #name = "";
  /** @type {Status | null} */
  #status = null;
  /** Whether the seat is a former host's, whose secret is in a cookie. */
  #wasHost = Boolean(document.body.dataset.wasHost);
  #seat = new Seat(this.code);
  #typeface = new Typeface();
  #wake = new ScreenWakeLock(el("awake", document, HTMLVideoElement), () => this.#drawAwakeHint());
  #menu = new Menu(this);
  #claims = new ClaimDialog(this);
  #back = new BackGuard(() => this.toasts.show(gettext("Still here. Go back once more to leave.")));
  #join = joinView(this.screens.section("join"), this);
  #ended = endedScreen(
    this.screens.section("ended"),
    { home: data(document.body, "homeUrl"), stage: data(document.body, "stageUrl") },
    (list, game) => drawStandings(list, game.leaderboard),
    (action) => this.#perform(action),
  );

  constructor() {
    const section = (/** @type {string} */ name) => this.screens.section(name);
    this.screens.register({
      lobby: lobbyView(section("lobby"), this),
      teams: teamsView(section("teams"), this),
      round: roundView(section("round"), this),
      review: reviewView(section("review"), this),
      results: resultsView(section("results"), this),
    });
  }

  start() {
    this.room.subscribe((change) => this.#onChange(change));
    this.#listenToTaps();
    window.setInterval(() => this.#tick(), TICK_MS);
    const entry = data(document.body, "entry");
    if (this.#hasSeat) {
      this.room.start();
    } else if (entry === "open") {
      this.#draw();
    } else {
      this.#end(endingFor("player", null, entry === "full" ? ERRORS.ROOM_FULL : ERRORS.ROOM_LOCKED));
    }
  }

  /** Ask the room for a seat. Called in the handler of a tap, which also allows the wake lock. @param {string} name */
  join(name) {
    this.#name = name;
    this.#requestWakeLock();
    this.#reconnect();
  }

  /** Say that the seat with this name is one's own. @param {string} name */
  claim(name) {
    this.room.claim(name);
  }

  /** Give up the seat. */
  leave() {
    this.room.send(TYPES.LEAVE_ROOM, {});
    this.#seat.forget();
    this.room.stop();
    this.room.reset();
    this.#end(LEFT);
  }

  /** @param {Action} action */
  #perform(action) {
    const actions = {
      join: () => this.#askName(""),
      reclaim: () => this.#reconnect(),
      reload: () => window.location.reload(),
    };
    actions[action]();
  }

  #reconnect() {
    this.ending = null;
    this.room.connect();
  }

  /** Start over with a name. @param {string} note why */
  #askName(note) {
    this.ending = null;
    this.#wasHost = false;
    this.#seat.forget();
    this.room.reset();
    this.#join.ask(note);
    this.#draw();
  }

  /** @param {Ending | null} ending */
  #end(ending) {
    this.ending = ending;
    this.#wake.release();
    this.#menu.close();
    this.toasts.clear();
    this.#draw();
  }

  /** Call this first in the handler of a tap. */
  #requestWakeLock() {
    if (!this.ending) {
      this.#wake.request();
      this.sound.unlock();
    }
  }

  /** A button asks for a tap for as long as the screen may turn off during the game. */
  #drawAwakeHint() {
    show(el("awake-hint"), this.#hasSeat && !this.ending && !this.#wake.isOn);
  }

  get #hasSeat() {
    return Boolean(this.#seat.sessionId) || this.#wasHost;
  }

  /** @returns {Connect} */
  #connectPayload() {
    const { sessionId } = this.#seat;
    if (sessionId) {
      return { role: "player", sessionId };
    }
    // A former host's secret is in a cookie; the server makes a player of them.
    return this.#wasHost ? { role: "host" } : { role: "player", playerName: this.#name };
  }

  /** @param {Change} change */
  #onChange(change) {
    const { state, message, status } = change;
    if (message) {
      attempt(() => this.#onMessage(message, change));
    } else if (status !== this.#status) {
      this.#status = status;
      attempt(() => this.#onStatus(status));
    }
    attempt(() => this.#drawConnection(state, status));
    this.#draw();
  }

  /** @param {Status} status */
  #onStatus({ phase, code, error }) {
    if (phase === "stopped") {
      this.#onStopped(code, error?.code);
    } else if (phase === "asking" && error) {
      this.#join.refuse(error);
    }
  }

  /** @param {number | undefined} closeCode @param {ErrorCode | undefined} errorCode */
  #onStopped(closeCode, errorCode) {
    if (AFTER_CLOSE[closeCode ?? 0] === "rejoin") {
      this.#askName(gettext("Your seat was given up while you were away. Say your name to join again."));
      return;
    }
    if (errorCode === ERRORS.KICKED) {
      this.#seat.forget();
    }
    this.#end(endingFor("player", closeCode, errorCode));
  }

  /** @param {ServerMessage} message @param {Change} change */
  #onMessage(message, { state, status, previous }) {
    switch (message.type) {
      case TYPES.CONNECTED: {
        const { sessionId, actorId, gameState } = message.payload;
        this.#seat.save(sessionId, nameOf(gameState, actorId));
        this.#typeface.fetch();
        break;
      }
      case TYPES.RECONNECTED:
        this.#showMissed(message.payload);
        return;
      case TYPES.RECONNECT_FAILED:
        this.toasts.show(gettext("You were away for a while. Getting your seat back…"), "warning");
        break;
      case TYPES.ERROR:
        if (status.phase !== "online" || FINAL_ERRORS.includes(message.payload.code)) {
          return;
        }
        break;
      case TYPES.PLAYER_RENAMED:
        if (message.payload.playerId === state.me?.actorId) {
          this.#seat.save(state.me.sessionId, message.payload.playerName);
        }
        break;
      case TYPES.HOST_CHANGED:
        if (isHost(state) && !isHost({ ...previous, me: state.me })) {
          this.toasts.show(gettext("You are the host now."), "good");
        }
        break;
      case TYPES.SEAT_CLAIMED:
      case TYPES.CLAIM_CLOSED:
        this.#claims.onMessage(message);
        break;
      case TYPES.SEAT_LINK:
        this.#menu.showSeatLink(message.payload.url);
        break;
    }
    attempt(() => reactTo(state, message, this));
    if (isLive(state)) {
      for (const view of this.screens.views) {
        attempt(() => view.onMessage?.(message, state));
      }
    }
  }

  /** Say what happened while the page was offline. @param {ServerPayloads["RECONNECTED"]} payload */
  #showMissed(payload) {
    const { message, summary } = payload;
    showMissedNotices(payload, this.toasts);
    if (summary && summary.wordsGuessed + summary.wordsSkipped > 0) {
      const values = { guessed: summary.wordsGuessed, skipped: summary.wordsSkipped };
      this.toasts.show(fill(gettext("You missed: %(guessed)s guessed, %(skipped)s skipped."), values), "good");
    } else if (message) {
      this.toasts.show(message, "good");
    }
  }

  /** @param {State} state @param {Status} status */
  #drawConnection(state, status) {
    const badge = el("connection");
    drawConnectionBadge(badge, status);
    if (status.phase === "waiting") {
      // The whole sentence would leave no room for the name.
      setText(badge, gettext("Reconnecting…"));
    }
    show(badge, !badge.hidden && status.phase !== "asking" && !this.ending);
    document.body.toggleAttribute("data-offline", isOffline(status) && Boolean(state.gameState));
    show(el("retry"), isHopeless(status));
  }

  #draw() {
    const { state } = this.room;
    if (state.gameState?.state === "ROOM_CLOSED" && !this.ending) {
      this.ending = endingFor("player", CLOSE.ROOM_CLOSED);
      this.#seat.forget();
    }
    attempt(() => drawHeader(this, state));
    attempt(() => drawControls(el("controls"), this, state));
    this.#drawScreen(state);
    this.#back.isOn = this.screens.name === "round";
  }

  /** @param {State} state */
  #drawScreen(state) {
    const { ending } = this;
    if (ending) {
      this.screens.show("ended", () => this.#ended.draw(ending, state.gameState));
    } else if (isLive(state)) {
      if (this.screens.name !== screenOf(state.gameState)) {
        this.#typeface.putOn();
      }
      this.screens.show(screenOf(state.gameState), () => this.screens.view?.draw?.(state));
    } else {
      this.screens.show(this.#hasSeat ? "connecting" : "join", () => {});
    }
  }

  #tick() {
    if (isLive(this.room.state)) {
      this.screens.tick(this.room.state);
    }
  }

  /** Every tap asks for the wake lock and for sound, if there is none. */
  #listenToTaps() {
    this.#drawAwakeHint();
    onGesture(() => this.#requestWakeLock());
    el("retry").addEventListener("click", () => this.room.retry());
  }
}

/** The screen for a game: a phone has one for countdown, round and pause. @param {GameState} game */
function screenOf(game) {
  const phase = phaseOf(game);
  return phase === "countdown" || phase === "pause" ? "round" : phase;
}
