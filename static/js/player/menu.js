/** The menu behind the three dots: sound, the name, another phone, leaving. */

import { promptConfirm, promptName } from "../dialogs.js";
import { el, setText } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { isLive, nameOf } from "../selectors.js";
import { share } from "../share.js";
import { openRules } from "./rules_card.js";

/** @import { PlayerPage } from "./page.js" */

export class Menu {
  #page;
  #dialog = el("menu", document, HTMLDialogElement);
  #seat = el("seat", document, HTMLDialogElement);
  #rules = el("rules-dialog", document, HTMLDialogElement);

  /** @param {PlayerPage} page */
  constructor(page) {
    this.#page = page;
    el("open-menu").addEventListener("click", () => this.#open());
    el("open-rules").addEventListener("click", () => openRules(this.#rules, page.room.state.gameState));
    el("sound").addEventListener("click", () => this.#toggleSound());
    el("leave").addEventListener("click", () => this.#leave());
    el("seat-link").addEventListener("click", () => {
      this.#dialog.close();
      page.room.send(TYPES.CREATE_SEAT_LINK, {});
    });
    el("rename").addEventListener("click", () => this.#rename());
    el("seat-share").addEventListener("click", () => this.#share());
    this.#drawSound();
  }

  close() {
    this.#dialog.close();
    this.#seat.close();
    this.#rules.close();
  }

  /** @param {string} url */
  showSeatLink(url) {
    setText(el("seat-url", this.#seat), url);
    if (!this.#seat.open) {
      this.#seat.showModal();
    }
  }

  #open() {
    const host = this.#page.room.state.gameState?.hostName ?? "";
    setText(el("menu-host", this.#dialog), fill(gettext("%(host)s is the host."), { host }));
    this.#dialog.showModal();
  }

  async #rename() {
    this.#dialog.close();
    const { state } = this.#page.room;
    if (!isLive(state)) {
      return;
    }
    const playerId = state.me.actorId;
    const dialog = el("rename-dialog", document, HTMLDialogElement);
    const playerName = await promptName(dialog, nameOf(state.gameState, playerId));
    if (playerName) {
      this.#page.room.send(TYPES.RENAME_PLAYER, { playerId, playerName });
    }
  }

  #toggleSound() {
    const { sound } = this.#page;
    sound.isOn = !sound.isOn;
    sound.unlock();
    this.#drawSound();
    sound.play("join");
  }

  #drawSound() {
    setText(el("sound"), this.#page.sound.isOn ? gettext("Turn sounds off") : gettext("Turn sounds on"));
  }

  async #leave() {
    this.#dialog.close();
    const isConfirmed = await promptConfirm(el("confirm", document, HTMLDialogElement), {
      title: gettext("Leave the game?"),
      text: gettext("Your seat is given up; your team keeps its points."),
      yes: gettext("Leave"),
    });
    if (isConfirmed) {
      this.#page.leave();
    }
  }

  #share() {
    const shown = el("seat-url", this.#seat);
    share({ url: shown.textContent ?? "", title: document.title }, shown, this.#page.toasts);
  }
}
