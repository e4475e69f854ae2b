/** Teams in the making, on the big screen. */

import { drawTiles } from "../widgets/player_tiles.js";
import { create, el, setText, show, sync } from "../dom.js";
import { gettext } from "../i18n.js";
import { playerById } from "../selectors.js";
import { setTeam, teamShape } from "../teams.js";

export function teamsView(section) {
  return {
    draw(state) {
      const game = state.gameState;
      const isReady = game.state === "READY_TO_START";
      const teamless = game.players.filter((one) => !one.teamId);
      setText(el("title", section), isReady ? gettext("Ready when the host is") : gettext("Choose your teams"));
      show(el("help", section), !isReady);
      sync(el("columns", section), game.teams, {
        key: (team) => team.id,
        make: column,
        update(item, team) {
          const players = team.players.map((id) => playerById(game, id)).filter(Boolean);
          drawTiles(el("members", item), { ...state, gameState: { ...game, players, teams: [] } });
        },
      });
      show(el("teamless", section), teamless.length > 0);
      drawTiles(el("tiles", section), { ...state, gameState: { ...game, players: teamless } });
    },
  };
}

function column(team) {
  const item = create(
    "li",
    { class: "column" },
    create("h2", { class: "column__name" }, teamShape(team.id), create("span", {}, team.name)),
    create("ul", { class: "tiles tiles--narrow", role: "list", "data-el": "members" }),
  );
  setTeam(item, team.id);
  return item;
}
