/** The podium of a finished game: best first in the document, the winner in the middle on the screen. */

import { create, reconcile } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { playersById, teamById } from "../selectors.js";
import { setTeam, teamShape } from "../teams.js";

/** @import { GameState, Standing } from "../protocol.js" */

/** @param {HTMLElement} list @param {GameState} game */
export function drawPodium(list, game) {
  reconcile(list, game.leaderboard, {
    key: (standing) => `${standing.teamId}:${standing.rank}:${standing.score}`,
    make: (standing) => step(standing, game),
  });
}

/** @param {Standing} standing @param {GameState} game */
function step({ teamId, teamName, rank, score }, game) {
  const members = playersById(game, teamById(game, teamId)?.players ?? []);
  const item = create(
    "li",
    { class: "step", "data-rank": rank },
    create(
      "div",
      { class: "step__team" },
      teamShape(teamId),
      create("strong", {}, teamName),
      create("span", { class: "step__people" }, members.map((player) => player.playerName).join(", ")),
    ),
    create(
      "div",
      { class: "step__block" },
      create("span", { class: "step__points" }, score),
      create("span", { class: "step__rank" }, fill(gettext("Place %(rank)s"), { rank })),
    ),
  );
  setTeam(item, teamId);
  return item;
}
