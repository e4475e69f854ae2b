/** Who came where, as steps of a podium; in the page's order best first, on the screen the winner in the middle. */

import { create, sync } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { teamById } from "../selectors.js";
import { setTeam, teamShape } from "../teams.js";

export function drawPodium(list, game) {
  sync(list, game.leaderboard, {
    key: (standing) => `${standing.teamId}:${standing.rank}:${standing.score}`,
    make: (standing) => step(standing, teamById(game, standing.teamId), game),
  });
}

function step(standing, one, game) {
  const names = (one?.players ?? []).map((id) => game.players.find((player) => player.playerId === id)?.playerName);
  const item = create(
    "li",
    { class: "step", "data-rank": standing.rank },
    create(
      "div",
      { class: "step__team" },
      teamShape(standing.teamId),
      create("strong", {}, standing.teamName),
      create("span", { class: "step__people" }, names.filter(Boolean).join(", ")),
    ),
    create(
      "div",
      { class: "step__block" },
      create("span", { class: "step__points" }, standing.score),
      create("span", { class: "step__rank" }, fill(gettext("Place %(rank)s"), standing)),
    ),
  );
  setTeam(item, standing.teamId);
  return item;
}
