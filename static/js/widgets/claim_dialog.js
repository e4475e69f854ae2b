/** Asks whether a newcomer gets the seat of somebody who is away; claims are asked one after another. */

import { el, find, setText } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { TYPES } from "../protocol.js";

/** @import { SeatClaimed, ServerMessage } from "../protocol.js" */
/** @import { Room } from "../room.js" */

export class ClaimDialog {
  #page;
  #dialog = find(document, "#claim", HTMLDialogElement);
  /** The open claims, the one that is shown first. @type {SeatClaimed[]} */
  #claims = [];
  #shownId = "";

  /** @param {{room: Room}} page */
  constructor(page) {
    this.#page = page;
    this.#dialog.addEventListener("close", () => this.#onClose(this.#dialog.returnValue === "yes"));
  }

  /** @param {ServerMessage} message */
  onMessage({ type, payload }) {
    if (type === TYPES.SEAT_CLAIMED) {
      this.#claims.push(payload);
      this.#show();
    } else if (type === TYPES.CLAIM_CLOSED) {
      this.#claims = this.#claims.filter((claim) => claim.claimId !== payload.claimId);
      if (this.#shownId === payload.claimId) {
        this.#dialog.close();
      }
    }
  }

  #show() {
    const [claim] = this.#claims;
    if (!claim || this.#dialog.open) {
      return;
    }
    this.#shownId = claim.claimId;
    const name = claim.playerName;
    setText(el("title", this.#dialog), fill(gettext("Is this %(name)s?"), { name }));
    setText(el("text", this.#dialog), claimText(claim));
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }

  /** @param {boolean} accept */
  #onClose(accept) {
    const claimId = this.#shownId;
    this.#shownId = "";
    // One that was answered elsewhere is not among the open ones any more.
    if (this.#claims.some((claim) => claim.claimId === claimId)) {
      this.#claims = this.#claims.filter((claim) => claim.claimId !== claimId);
      this.#page.room.send(TYPES.ANSWER_CLAIM, { claimId, accept });
    }
    this.#show();
  }
}

/** @param {SeatClaimed} claim */
function claimText({ playerName: name, awaySec }) {
  if (awaySec < 60) {
    return fill(gettext("Somebody at another browser says that they are %(name)s, who has just lost the connection."), {
      name,
    });
  }
  const minutes = Math.round(awaySec / 60);
  return fill(
    ngettext(
      "Somebody at another browser says that they are %(name)s, who has been away for %(minutes)s minute.",
      "Somebody at another browser says that they are %(name)s, who has been away for %(minutes)s minutes.",
      minutes,
    ),
    { name, minutes },
  );
}
