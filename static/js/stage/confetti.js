/** Confetti in the winners' colours and shapes; none where less motion is wanted. */

import { create } from "../dom.js";
import { setTeam } from "../teams.js";

const PIECES = 70;
const SHOWN_MS = 7000;

export function celebrate(layer, game) {
  const winners = game.leaderboard.filter((standing) => standing.rank === 1);
  if (winners.length === 0 || window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    return;
  }
  layer.replaceChildren(
    ...Array.from({ length: PIECES }, (_, index) => piece(winners[index % winners.length].teamId)),
  );
  window.setTimeout(() => layer.replaceChildren(), SHOWN_MS);
}

function piece(teamId) {
  const element = create("span", { class: "confetto" });
  setTeam(element, teamId);
  const between = (low, high) => low + Math.random() * (high - low);
  Object.entries({
    "--x": `${between(0, 100)}vw`,
    "--drift": `${between(-12, 12)}vw`,
    "--spin": `${between(-720, 720)}deg`,
    "--size": `${between(0.6, 1.5)}rem`,
    "--wait": `${between(0, 1800)}ms`,
    "--fall": `${between(2600, 4800)}ms`,
  }).forEach(([name, value]) => element.style.setProperty(name, value));
  return element;
}
