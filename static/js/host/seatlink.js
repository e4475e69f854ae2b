/** A link that takes the host's seat over on another device. */

import { part } from "../dom.js";
import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";

export class SeatLink {
  #host;
  #dialog;

  constructor(host) {
    this.#host = host;
    this.#dialog = host.dialogs.get("seat");
    part("copy", this.#dialog).addEventListener("click", () => {
      part("url", this.#dialog).select();
      host.copy(part("url", this.#dialog).value, gettext("Link copied"));
    });
  }

  ask() {
    this.#host.send(TYPES.CREATE_SEAT_LINK);
  }

  hear({ type, payload }) {
    if (type === TYPES.SEAT_LINK) {
      part("url", this.#dialog).value = payload.url;
      this.#host.dialogs.open("seat");
    }
  }
}
