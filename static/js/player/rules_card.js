/** The rules in five lines, with the figures of the room; and the tour that points at one line after another. */

import { el, findAll, setText, show } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { penaltyText } from "../setting_texts.js";
import { tabStore } from "../storage.js";

/** @import { GameState, Settings } from "../protocol.js" */

/** How long the tour stays at a line: 20 s for all five. */
export const LINE_MS = 4_000;

/** Fill the card in `root`. @param {HTMLElement} root @param {Settings} settings */
export function drawRulesCard(root, { skipPenalty, roundDurationSec }) {
  const points = penaltyText(skipPenalty);
  setText(el("rule-points", root), fill(gettext("Guessed: 1 point. Skipped: %(points)s."), { points }));
  const time = ngettext(
    "%(count)s second, then the next team.",
    "%(count)s seconds, then the next team.",
    roundDurationSec,
  );
  setText(el("rule-time", root), fill(time, { count: roundDurationSec }));
}

/**
 * The tour: once in each room and tab, from the first look at the lobby until its button is pressed or it is over.
 * It holds nothing up, and where less motion is wanted there is none.
 */
export class RulesTour {
  #root;
  #lines;
  #seenKey;
  /** When it began, by `performance.now()`; null before that. @type {number | null} */
  #startedAtMs = null;
  #isOver;

  /** @param {HTMLElement} root @param {string} code */
  constructor(root, code) {
    this.#root = root;
    this.#lines = findAll(el("rules-card", root), ":scope > *");
    this.#seenKey = `partyflow.rules.${code}`;
    const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#isOver = isStill || tabStore.getItem(this.#seenKey) !== null;
    el("skip-rules", root).addEventListener("click", () => this.end());
    this.#draw(-1);
  }

  /** @param {number} nowMs */
  tick(nowMs) {
    if (this.#isOver) {
      return;
    }
    this.#startedAtMs ??= nowMs;
    const line = Math.floor((nowMs - this.#startedAtMs) / LINE_MS);
    if (line < this.#lines.length) {
      this.#draw(line);
    } else {
      this.end();
    }
  }

  end() {
    this.#isOver = true;
    tabStore.setItem(this.#seenKey, "seen");
    this.#draw(-1);
  }

  /** @param {number} current the line that it points at; -1: none */
  #draw(current) {
    for (const [number, line] of this.#lines.entries()) {
      if (number === current) {
        line.setAttribute("aria-current", "step");
      } else {
        line.removeAttribute("aria-current");
      }
    }
    setText(el("rules-title", this.#root), this.#isOver ? gettext("The rules") : gettext("The rules in 20 seconds"));
    show(el("skip-rules", this.#root), !this.#isOver);
  }
}

/** The dialog behind the question mark. @param {HTMLDialogElement} dialog @param {GameState | null} game */
export function openRules(dialog, game) {
  if (game) {
    drawRulesCard(dialog, game.settings);
    dialog.showModal();
  }
}
