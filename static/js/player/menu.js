/** The menu behind the three dots: sound, another phone, leaving. */

import { el, setText } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { share } from "../share.js";
import { ask } from "./confirm.js";

export class Menu {
  #page;
  #dialog = el("menu");
  #seat = el("seat");

  constructor(page) {
    this.#page = page;
    el("open-menu").addEventListener("click", () => this.#open());
    el("sound").addEventListener("click", () => this.#toggleSound());
    el("leave").addEventListener("click", () => this.#leave());
    el("seat-link").addEventListener("click", () => {
      this.#dialog.close();
      page.room.send(TYPES.CREATE_SEAT_LINK);
    });
    el("seat-share").addEventListener("click", () => this.#share());
    this.#drawSound();
  }

  close() {
    [this.#dialog, this.#seat].forEach((dialog) => dialog.close());
  }

  showSeatLink(url) {
    setText(el("seat-url", this.#seat), url);
    if (!this.#seat.open) {
      this.#seat.showModal();
    }
  }

  #open() {
    const game = this.#page.room.state.gameState;
    setText(el("menu-host", this.#dialog), fill(gettext("%(host)s is the host."), { host: game.hostName }));
    this.#dialog.showModal();
  }

  #toggleSound() {
    this.#page.sound.isOn = !this.#page.sound.isOn;
    this.#page.sound.unlock();
    this.#drawSound();
    this.#page.sound.play("join");
  }

  #drawSound() {
    const button = el("sound");
    const { isOn } = this.#page.sound;
    setText(button, isOn ? gettext("Turn sounds off") : gettext("Turn sounds on"));
  }

  async #leave() {
    this.#dialog.close();
    const isWanted = await ask({
      title: gettext("Leave the game?"),
      text: gettext("Your seat is given up; your team keeps its points."),
      yes: gettext("Leave"),
    });
    if (isWanted) {
      this.#page.leave();
    }
  }

  #share() {
    const shown = el("seat-url", this.#seat);
    return share({ url: shown.textContent }, shown, this.#page.toasts);
  }
}
