/** The room's code, address and QR: shown to the room, hidden from a camera. Hidden stays hidden on this device. */

import { findAll } from "../dom.js";
import { gettext } from "../i18n.js";
import { spacedCode } from "../room_code.js";
import { deviceStore } from "../storage.js";

const KEY = "partyflow.hideCode";
const DOTS = "••• •••";
const TITLE = document.title;

export class RoomCode {
  #code;
  #address;

  /** @param {string} code @param {string} joinUrl */
  constructor(code, joinUrl) {
    this.#code = spacedCode(code);
    this.#address = new URL(joinUrl).host;
    this.#draw();
  }

  get isHidden() {
    return deviceStore.getItem(KEY) === "yes";
  }

  toggle() {
    deviceStore.setItem(KEY, this.isHidden ? "no" : "yes");
    this.#draw();
  }

  #draw() {
    const { isHidden } = this;
    document.title = isHidden ? gettext("Host · PartyFlow") : TITLE;
    document.body.toggleAttribute("data-code-hidden", isHidden);
    write('[data-shows="code"]', isHidden ? DOTS : this.#code);
    write('[data-shows="address"]', isHidden ? "" : this.#address);
    write('[data-action="hideCode"]', isHidden ? gettext("Show code") : gettext("Hide code"));
  }
}

/** @param {string} selector @param {string} text */
function write(selector, text) {
  for (const element of findAll(document, selector)) {
    element.textContent = text;
  }
}
