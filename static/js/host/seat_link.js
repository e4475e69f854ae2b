/** A link that takes the host's seat over on another device. */

import { el } from "../dom.js";
import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";

export class SeatLink {
  #host;
  #dialog;

  constructor(host) {
    this.#host = host;
    this.#dialog = host.dialogs.get("seat");
    el("copy", this.#dialog).addEventListener("click", () => {
      el("url", this.#dialog).select();
      host.copy(el("url", this.#dialog).value, gettext("Link copied"));
    });
  }

  ask() {
    this.#host.send(TYPES.CREATE_SEAT_LINK);
  }

  hear({ type, payload }) {
    if (type === TYPES.SEAT_LINK) {
      el("url", this.#dialog).value = payload.url;
      this.#host.dialogs.open("seat");
    }
  }
}
