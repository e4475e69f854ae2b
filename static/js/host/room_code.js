/** The room's code, address and QR: shown to the room, hidden from a camera. Hidden stays hidden on this device. */

import { gettext } from "../i18n.js";
import { local } from "../storage.js";

const KEY = "partyflow.hideCode";
const DOTS = "••• •••";

export class RoomCode {
  #spaced;
  #address;

  constructor({ code, joinUrl }) {
    this.#spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
    this.#address = new URL(joinUrl).host;
    this.#draw();
  }

  get isHidden() {
    return local.getItem(KEY) === "yes";
  }

  toggle() {
    local.setItem(KEY, this.isHidden ? "no" : "yes");
    this.#draw();
  }

  #draw() {
    const { isHidden } = this;
    document.body.toggleAttribute("data-code-hidden", isHidden);
    document.querySelectorAll('[data-shows="code"]').forEach((element) => {
      element.textContent = isHidden ? DOTS : this.#spaced;
    });
    document.querySelectorAll('[data-shows="address"]').forEach((element) => {
      element.textContent = isHidden ? "" : this.#address;
    });
    document.querySelectorAll('[data-action="hideCode"]').forEach((button) => {
      button.textContent = isHidden ? gettext("Show code") : gettext("Hide code");
    });
  }
}
