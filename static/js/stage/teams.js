/** Team setup on the big screen. */

import { create, el, reconcile, setFittedText, setText, show } from "../dom.js";
import { gettext } from "../i18n.js";
import { playersById } from "../selectors.js";
import { setTeam, shortTeamName, teamShape } from "../teams.js";
import { drawTiles } from "../widgets/player_tiles.js";

/** @import { TeamView } from "../protocol.js" */
/** @import { View } from "../screens.js" */

/** @param {HTMLElement} section @returns {View} */
export function teamsView(section) {
  return {
    draw(state) {
      const game = state.gameState;
      const isReady = game.state === "READY_TO_START";
      const teamless = game.players.filter((player) => !player.teamId);
      const away = game.away?.filter((player) => !player.teamId);
      setText(el("title", section), isReady ? gettext("Ready when the host is") : gettext("Choose your teams"));
      show(el("help", section), !isReady);
      reconcile(el("columns", section), game.teams, {
        key: (team) => team.id,
        make: makeColumn,
        update(item, team) {
          setFittedText(el("team", item), shortTeamName(team));
          const players = playersById(game, team.players);
          const away = game.away?.filter((player) => player.teamId === team.id);
          drawTiles(el("members", item), { ...state, gameState: { ...game, players, away, teams: [] } });
        },
      });
      show(el("teamless", section), teamless.length > 0);
      drawTiles(el("tiles", section), { ...state, gameState: { ...game, players: teamless, away } });
    },
  };
}

/** @param {TeamView} team */
function makeColumn(team) {
  const item = create(
    "li",
    { class: "column" },
    create("h2", { class: "column__name" }, teamShape(team.id), create("bdi", { "data-el": "team" })),
    create("ul", { class: "tiles tiles--narrow", role: "list", "data-el": "members" }),
  );
  setTeam(item, team.id);
  return item;
}
