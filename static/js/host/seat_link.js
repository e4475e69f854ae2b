/** The link that moves the host's seat to another device. */

import { el } from "../dom.js";
import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";

/** @import { ServerMessage } from "../protocol.js" */
/** @import { HostPage } from "./page.js" */

export class SeatLink {
  #host;
  #input;

  /** @param {HostPage} host */
  constructor(host) {
    const dialog = host.dialogs.get("seat");
    this.#host = host;
    this.#input = el("url", dialog, HTMLInputElement);
    el("copy", dialog).addEventListener("click", () => {
      this.#input.select();
      host.copy(this.#input.value, gettext("Link copied"));
    });
  }

  request() {
    this.#host.room.send(TYPES.CREATE_SEAT_LINK, {});
  }

  /** @param {ServerMessage} message */
  onMessage({ type, payload }) {
    if (type === TYPES.SEAT_LINK) {
      this.#input.value = payload.url;
      this.#host.dialogs.open("seat");
    }
  }
}
