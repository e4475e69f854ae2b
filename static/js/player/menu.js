/** The menu behind the three dots: sound, another phone, leaving. */

import { part, setText } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { share } from "../share.js";
import { ask } from "./ask.js";

export class Menu {
  #page;
  #dialog = part("menu");
  #seat = part("seat");

  constructor(page) {
    this.#page = page;
    part("open-menu").addEventListener("click", () => this.#open());
    part("sound").addEventListener("click", () => this.#toggleSound());
    part("leave").addEventListener("click", () => this.#leave());
    part("seat-link").addEventListener("click", () => {
      this.#dialog.close();
      page.room.send(TYPES.CREATE_SEAT_LINK);
    });
    part("seat-share").addEventListener("click", () => this.#share());
    this.#drawSound();
  }

  close() {
    [this.#dialog, this.#seat].forEach((dialog) => dialog.close());
  }

  showSeatLink(url) {
    setText(part("seat-url", this.#seat), url);
    if (!this.#seat.open) {
      this.#seat.showModal();
    }
  }

  #open() {
    const game = this.#page.room.state.gameState;
    setText(part("menu-host", this.#dialog), fill(gettext("%(host)s is the host."), { host: game.hostName }));
    this.#dialog.showModal();
  }

  #toggleSound() {
    this.#page.sound.isOn = !this.#page.sound.isOn;
    this.#page.sound.unlock();
    this.#drawSound();
    this.#page.sound.play("join");
  }

  #drawSound() {
    const button = part("sound");
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
    const shown = part("seat-url", this.#seat);
    return share({ url: shown.textContent }, shown, this.#page.toasts);
  }
}
