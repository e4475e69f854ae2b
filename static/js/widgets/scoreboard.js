/** The scoreboard: one row for each team, the active one marked. */

import { create, el, reconcile, setFittedText, setText } from "../dom.js";
import { setTeam, shortTeamName, teamShape } from "../teams.js";

/** @import { GameState, TeamView } from "../protocol.js" */

/**
 * Draw the teams in their own order, whatever their scores.
 * @param {HTMLElement} list
 * @param {GameState} game
 * @param {{activeTeamId?: string, scoreOf?: (team: TeamView) => number}} [options] `scoreOf`: the score to show,
 *   where it is more than the server has confirmed
 */
export function drawScores(list, game, { activeTeamId, scoreOf = (team) => team.score } = {}) {
  reconcile(list, game.teams, {
    key: (team) => team.id,
    make,
    update(item, team) {
      const isActive = team.id === activeTeamId;
      setFittedText(el("name", item), shortTeamName(team));
      item.toggleAttribute("data-playing", isActive);
      item.setAttribute("aria-current", String(isActive));
      setText(el("points", item), scoreOf(team));
    },
  });
}

/** @param {TeamView} team */
function make(team) {
  const item = create(
    "li",
    { class: "score" },
    teamShape(team.id),
    create("bdi", { class: "score__name", "data-el": "name" }),
    create("span", { class: "score__points", "data-el": "points" }),
  );
  setTeam(item, team.id);
  return item;
}
