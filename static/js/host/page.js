/** The host's page: it joins the room, chooses the screen and owns what the screens share. */

import { Announcer } from "../announcer.js";
import { data, el, find, show } from "../dom.js";
import { reactTo } from "../effects.js";
import { endedScreen, endingFor, hostChanged } from "../ended.js";
import { attempt } from "../guard.js";
import { gettext } from "../i18n.js";
import { CLOSE, TYPES } from "../protocol.js";
import { Room, socketUrl } from "../room.js";
import { Screens } from "../screens.js";
import { everyPlayer, isHost, isLive, mayReclaimHost, phaseOf, playerById } from "../selectors.js";
import { copyText } from "../share.js";
import { Sound } from "../sound.js";
import { Toasts } from "../toasts.js";
import { ScreenWakeLock } from "../wake_lock.js";
import { ClaimDialog } from "../widgets/claim_dialog.js";
import { drawConnectionBadge, isHopeless, isOffline } from "../widgets/connection_badge.js";
import { drawTiles } from "../widgets/player_tiles.js";
import { drawScores } from "../widgets/scoreboard.js";
import { countdownView } from "./countdown.js";
import { Dialogs } from "./dialogs.js";
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

/** @import { LiveState, State } from "../reducer.js" */
/** @import { Change } from "../room.js" */
/** @import { Status } from "../socket.js" */
/** @import { Pack } from "./rules.js" */

const TICK_MS = 200;

export class HostPage {
  urls = {
    join: data(document.body, "joinUrl"),
    home: data(document.body, "homeUrl"),
    player: data(document.body, "playerUrl"),
  };
  /** @type {Pack[]} */
  packs = JSON.parse(find(document, "#packs", HTMLScriptElement).text);
  dialogs = new Dialogs();
  sound = new Sound();
  wake = new ScreenWakeLock(el("awake", document, HTMLVideoElement));
  announcer = new Announcer(el("announcer"));
  toasts = new Toasts(el("toasts"));
  code = new RoomCode(data(document.body, "code"), this.urls.join);
  room = new Room({
    code: data(document.body, "code"),
    url: socketUrl(data(document.body, "ws")),
    connectPayload: () => ({ role: "host" }),
  });
  screens = new Screens();
  settings = new SettingsDialog(this);
  #seatLink = new SeatLink(this);
  #claims = new ClaimDialog(this);
  #ended = endedScreen(this.screens.section("ended"), { ...this.urls, reload: "" }, drawScores, () =>
    this.room.send(TYPES.RECLAIM_HOST, {}),
  );
  #drawToolbar = buildToolbar(this);

  constructor() {
    const section = (/** @type {string} */ name) => this.screens.section(name);
    this.screens.register({
      lobby: lobbyView(section("lobby"), this),
      teams: teamsView(section("teams"), this),
      countdown: countdownView(section("countdown")),
      round: roundView(section("round"), this),
      pause: pauseView(section("pause"), this),
      review: reviewView(section("review"), this),
      results: resultsView(section("results"), this),
    });
  }

  start() {
    listenToShortcuts(this);
    this.room.subscribe((change) => this.#onChange(change));
    window.setInterval(() => this.#tick(), TICK_MS);
    this.room.start();
  }

  /** Copy a text to the clipboard, or show it where that is impossible (plain HTTP). @param {string} text @param {string} done */
  async copy(text, done) {
    if (await copyText(text)) {
      this.toasts.show(done, "good");
    } else {
      this.toasts.show(text);
    }
  }

  /** Let the host choose what happens to a player. @param {string} playerId */
  choosePlayer = async (playerId) => {
    const game = this.room.state.gameState;
    const name = game && everyPlayer(game).find((player) => player.playerId === playerId)?.playerName;
    if (!game || !name) {
      return;
    }
    const choice = await this.dialogs.player(name, playerById(game, playerId) !== undefined);
    if (choice === "kick") {
      this.room.send(TYPES.KICK_PLAYER, { playerId });
    } else if (choice === "ban") {
      this.room.send(TYPES.BAN_PLAYER, { playerId });
    } else if (choice === "transfer") {
      this.room.send(TYPES.TRANSFER_HOST, { playerId });
    } else if (choice === "rename") {
      const playerName = await this.dialogs.rename(name);
      if (playerName) {
        this.room.send(TYPES.RENAME_PLAYER, { playerId, playerName });
      }
    }
  };

  /** Ask for a link that moves the host's seat to another device. */
  moveSeat() {
    this.#seatLink.request();
  }

  async endGame() {
    const isConfirmed = await this.dialogs.confirm({
      title: gettext("End the game?"),
      text: gettext("The scores so far become the result."),
      yes: gettext("End the game"),
    });
    if (isConfirmed) {
      this.room.send(TYPES.END_GAME, {});
    }
  }

  async closeRoom() {
    const isConfirmed = await this.dialogs.confirm({
      title: gettext("Close the room?"),
      text: gettext("Everybody leaves, and the code stops working."),
      yes: gettext("Close the room"),
    });
    if (isConfirmed) {
      this.room.send(TYPES.CLOSE_ROOM, {});
    }
  }

  /** @param {Change} change */
  #onChange({ state, message, status }) {
    if (message) {
      attempt(() => this.#claims.onMessage(message));
      attempt(() => this.#seatLink.onMessage(message));
      if (isLive(state)) {
        attempt(() => this.screens.view?.onMessage?.(message, state));
      }
      if (!attempt(() => this.settings.onMessage(message))) {
        attempt(() => reactTo(state, message, this));
      }
    }
    this.#draw(state, status);
  }

  /** @param {State} state @param {Status} status */
  #draw(state, status) {
    drawConnectionBadge(el("connection"), status);
    document.body.toggleAttribute("data-offline", isOffline(status));
    show(el("retry"), isHopeless(status));
    attempt(() => this.#drawToolbar(state));
    if (isLive(state)) {
      attempt(() => this.#drawPeople(state));
    }
    this.#drawScreen(state, endingOf(state, status));
    this.#tick();
  }

  /** @param {State} state @param {ReturnType<typeof endingOf>} ending */
  #drawScreen(state, ending) {
    if (ending) {
      if (this.screens.name !== "ended") {
        this.dialogs.closeAll();
      }
      this.screens.show("ended", () => this.#ended.draw(ending, state.gameState));
    } else if (isLive(state)) {
      this.screens.show(phaseOf(state.gameState), () => this.screens.view?.draw?.(state));
    } else {
      this.screens.show("connecting", () => {});
    }
  }

  /** @param {LiveState} state */
  #drawPeople(state) {
    const dialog = this.dialogs.get("people");
    drawTiles(el("tiles", dialog), state, this.choosePlayer);
    show(el("nobody", dialog), everyPlayer(state.gameState).length === 0);
  }

  #tick() {
    if (isLive(this.room.state)) {
      this.screens.tick(this.room.state);
    }
  }
}

/** How this page's part in the room has ended; null while it has not. @param {State} state @param {Status} status */
function endingOf(state, status) {
  if (status.phase === "stopped") {
    return endingFor("host", status.code);
  }
  if (state.gameState?.state === "ROOM_CLOSED") {
    return endingFor("host", CLOSE.ROOM_CLOSED);
  }
  return isLive(state) && !isHost(state) ? hostChanged(state.gameState.hostName, mayReclaimHost(state)) : null;
}
