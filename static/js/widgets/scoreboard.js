/** The score board: a line for each team, the one at play marked. */

import { create, el, setText, sync } from "../dom.js";
import { setTeam, teamShape } from "../teams.js";

/**
 * Draw the teams of `game` into `list`, in their own order so that nobody has to look for theirs. `scoreOf(team)` is
 * what to show where that is more than the room has confirmed.
 */
export function drawScores(list, game, { activeTeamId = null, scoreOf = (team) => team.score } = {}) {
  sync(list, game.teams, {
    key: (team) => team.id,
    make,
    update(item, team) {
      const isActive = team.id === activeTeamId;
      item.toggleAttribute("data-playing", isActive);
      item.setAttribute("aria-current", String(isActive));
      setText(el("points", item), scoreOf(team));
    },
  });
}

function make(team) {
  const item = create(
    "li",
    { class: "score" },
    teamShape(team.id),
    create("span", { class: "score__name" }, team.name),
    create("span", { class: "score__points", "data-el": "points" }),
  );
  setTeam(item, team.id);
  return item;
}
