/** The podium of a finished game: best first in the document, the winner in the middle on the screen. */

import { create, reconcile, setFittedText } from "../dom.js";
import { gettext } from "../i18n.js";
import { playersById, teamById } from "../selectors.js";
import { setTeam, shortTeamName, teamShape } from "../teams.js";

/** @import { GameState, Standing } from "../protocol.js" */

/** @param {HTMLElement} list @param {GameState} game */
export function drawPodium(list, game) {
  reconcile(list, game.leaderboard, {
    key: (standing) => `${standing.teamName}:${standing.teamId}:${standing.rank}:${standing.score}`,
    make: (standing) => step(standing, game),
  });
}

/** @param {Standing} standing @param {GameState} game */
function step({ teamId, teamName, rank, score }, game) {
  const members = playersById(game, teamById(game, teamId)?.players ?? []);
  const name = create("strong", { class: "name" });
  setFittedText(name, shortTeamName({ name: teamName }));
  const item = create(
    "li",
    { class: "step", "data-rank": rank },
    create(
      "div",
      { class: "step__team" },
      teamShape(teamId),
      name,
      create(
        "span",
        { class: "step__people" },
        ...members.flatMap((player, index) => [index > 0 && ", ", create("bdi", {}, player.playerName)]),
      ),
    ),
    create(
      "div",
      { class: "step__block" },
      create("span", { class: "step__points" }, score),
      create("span", { class: "step__rank" }, rank === 1 ? gettext("Winner") : rank),
    ),
  );
  setTeam(item, teamId);
  return item;
}
