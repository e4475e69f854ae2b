/** Confetti in the winners' colours and shapes; none where less motion is wanted. */

import { create } from "../dom.js";
import { winnersOf } from "../selectors.js";
import { setTeam } from "../teams.js";

/** @import { GameState } from "../protocol.js" */

const PIECES = 70;
const SHOWN_MS = 7000;

/** @param {HTMLElement} layer @param {GameState} game */
export function celebrate(layer, game) {
  const winners = winnersOf(game);
  if (winners.length === 0 || window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    return;
  }
  layer.replaceChildren(...Array.from({ length: PIECES }, (_, index) => piece(winners[index % winners.length].teamId)));
  window.setTimeout(() => layer.replaceChildren(), SHOWN_MS);
}

/** @param {string} teamId */
function piece(teamId) {
  const element = create("span", { class: "confetto" });
  setTeam(element, teamId);
  const styles = {
    "--x": `${between(0, 100)}vw`,
    "--drift": `${between(-12, 12)}vw`,
    "--spin": `${between(-720, 720)}deg`,
    "--size": `${between(0.6, 1.5)}rem`,
    "--wait": `${between(0, 1800)}ms`,
    "--fall": `${between(2600, 4800)}ms`,
  };
  for (const [name, value] of Object.entries(styles)) {
    element.style.setProperty(name, value);
  }
  return element;
}

/** A random number. @param {number} low @param {number} high */
function between(low, high) {
  return low + Math.random() * (high - low);
}
