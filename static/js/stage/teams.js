/** Teams in the making, on the big screen. */

import { drawTiles } from "../board/tiles.js";
import { create, part, setText, show, sync } from "../dom.js";
import { gettext } from "../i18n.js";
import { player } from "../store.js";
import { dress, shape } from "../teams.js";

export function teamsView(section) {
  return {
    draw(state) {
      const game = state.gameState;
      const isReady = game.state === "READY_TO_START";
      const teamless = game.players.filter((one) => !one.teamId);
      setText(part("title", section), isReady ? gettext("Ready when the host is") : gettext("Choose your teams"));
      show(part("help", section), !isReady);
      sync(part("columns", section), game.teams, {
        key: (team) => team.id,
        make: column,
        update(item, team) {
          const players = team.players.map((id) => player(game, id)).filter(Boolean);
          drawTiles(part("members", item), { ...state, gameState: { ...game, players, teams: [] } });
        },
      });
      show(part("teamless", section), teamless.length > 0);
      drawTiles(part("tiles", section), { ...state, gameState: { ...game, players: teamless } });
    },
  };
}

function column(team) {
  const item = create(
    "li",
    { class: "column" },
    create("h2", { class: "column__name" }, shape(team.id), create("span", {}, team.name)),
    create("ul", { class: "tiles tiles--narrow", role: "list", "data-el": "members" }),
  );
  dress(item, team.id);
  return item;
}
