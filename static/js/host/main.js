/** The host's page: the room's controls, and in the round the words. Everything hangs together here. */

import { Announcer } from "../announcer.js";
import { reactTo } from "../effects.js";
import { phaseOf, playerById } from "../selectors.js";
import { drawConnectionBadge, isOffline } from "../widgets/connection_badge.js";
import { drawTiles } from "../widgets/player_tiles.js";
import { el, show } from "../dom.js";
import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { Room, socketUrl } from "../room.js";
import { Sound } from "../sound.js";
import { Toasts } from "../toasts.js";
import { ScreenWakeLock } from "../wake_lock.js";
import { countdownView } from "./countdown.js";
import { Dialogs } from "./dialogs.js";
import { endingFor, endedView } from "./ended.js";
import { listenToShortcuts } from "./keyboard.js";
import { lobbyView } from "./lobby.js";
import { pauseView } from "./pause.js";
import { resultsView } from "./results.js";
import { reviewView } from "./review.js";
import { RoomCode } from "./room_code.js";
import { roundView } from "./round.js";
import { SeatLink } from "./seat_link.js";
import { SettingsDialog } from "./settings.js";
import { teamsView } from "./teams.js";
import { buildToolbar } from "./toolbar.js";

const CLOCK_MS = 200;

class HostPage {
  page = document.body.dataset;
  packs = JSON.parse(document.getElementById("packs").textContent);
  dialogs = new Dialogs();
  sound = new Sound();
  wake = new ScreenWakeLock(el("awake"));
  announcer = new Announcer(el("announcer"));
  toasts = new Toasts(el("toasts"));
  code = new RoomCode(this.page);
  room = new Room({
    code: this.page.code,
    url: socketUrl(this.page.ws),
    hello: () => ({ role: "host" }),
  });

  constructor() {
    this.settings = new SettingsDialog(this);
    this.seatLink = new SeatLink(this);
    const make = {
      lobby: lobbyView,
      teams: teamsView,
      countdown: countdownView,
      round: roundView,
      pause: pauseView,
      review: reviewView,
      results: resultsView,
      ended: endedView,
    };
    this.sections = new Map(
      [...document.querySelectorAll("[data-screen]")].map((section) => [section.dataset.screen, section]),
    );
    this.views = Object.fromEntries(
      Object.entries(make).map(([name, view]) => [name, view(this.sections.get(name), this)]),
    );
    this.viewName = "connecting";
    this.drawToolbar = buildToolbar(this);
  }

  start() {
    listenToShortcuts(this);
    this.room.subscribe((change) => this.#take(change));
    window.setInterval(() => this.#tick(), CLOCK_MS);
    this.room.start();
  }

  get view() {
    return this.views[this.viewName];
  }

  /** Give a command; its request id, or null when there is no line (which the page shows anyway). */
  send(type, payload) {
    return this.room.send(type, payload);
  }

  announce(text) {
    this.announcer.say(text);
  }

  async copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.toasts.show(done, "good");
    } catch (error) {
      // Plain HTTP has no clipboard: the address has to be read.
      console.info("Nothing was copied:", error);
      this.toasts.show(text);
    }
  }

  choosePlayer = async (playerId) => {
    const { gameState: game } = this.room.state;
    const name = playerById(game, playerId)?.playerName;
    const types = { kick: TYPES.KICK_PLAYER, ban: TYPES.BAN_PLAYER, transfer: TYPES.TRANSFER_HOST };
    const type = name && types[await this.dialogs.player(name)];
    if (type) {
      this.send(type, { playerId });
    }
  };

  async endGame() {
    const isWanted = await this.dialogs.confirm({
      title: gettext("End the game?"),
      text: gettext("The scores so far become the result."),
      yes: gettext("End the game"),
    });
    if (isWanted) {
      this.send(TYPES.END_GAME);
    }
  }

  async closeRoom() {
    const isWanted = await this.dialogs.confirm({
      title: gettext("Close the room?"),
      text: gettext("Everybody leaves, and the code stops working."),
      yes: gettext("Close the room"),
    });
    if (isWanted) {
      this.send(TYPES.CLOSE_ROOM);
    }
  }

  #take(change) {
    const { state, message } = change;
    if (message) {
      this.seatLink.hear(message);
      this.view?.hear?.(message);
      if (!this.settings.hear(message)) {
        reactTo(change, this);
      }
    }
    this.#draw(state);
  }

  #draw(state) {
    const { status } = this.room;
    drawConnectionBadge(el("connection"), status);
    document.body.toggleAttribute("data-offline", isOffline(status));
    show(el("retry"), status.phase === "lost");
    const focused = document.activeElement;
    const isNew = this.#enter(this.#wanted(state, status));
    this.drawToolbar(state);
    if (state.gameState) {
      this.#drawPeople(state);
    }
    this.view?.draw(state);
    this.#tick();
    this.#keepFocus(focused, isNew);
  }

  #wanted(state, status) {
    if (endingFor(state, status, this.page)) {
      return "ended";
    }
    return state.gameState ? phaseOf(state.gameState) : "connecting";
  }

  /** Show this view; whether it was another one before. */
  #enter(name) {
    if (name === this.viewName) {
      return false;
    }
    this.view?.leave?.();
    this.sections.forEach((section, other) => show(section, other === name));
    this.viewName = name;
    document.body.dataset.screen = name;
    if (name === "ended") {
      this.dialogs.closeAll();
    }
    return true;
  }

  /** Focus goes along with what replaced the place where it was. */
  #keepFocus(focused, isNew) {
    const now = document.activeElement;
    const isNowhere = now === document.body || !now.checkVisibility();
    const isLost = isNowhere && (isNew || focused !== document.body);
    if ((isLost || (isNew && this.viewName === "ended")) && !this.dialogs.isOpen) {
      const goal = this.view?.focus;
      const title = this.sections.get(this.viewName).querySelector("h1");
      (goal?.checkVisibility() ? goal : title).focus({ preventScroll: true });
    }
  }

  #drawPeople(state) {
    const dialog = this.dialogs.get("people");
    drawTiles(el("tiles", dialog), state, this.choosePlayer);
    show(el("nobody", dialog), state.gameState.players.length === 0);
  }

  #tick() {
    if (this.room.state.gameState) {
      this.view?.tick?.(this.room.state, performance.now());
    }
  }
}

new HostPage().start();
