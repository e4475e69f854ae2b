/** The lobby: the players so far. */

import { el, setText } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { drawTiles } from "../widgets/player_tiles.js";

/** @import { View } from "../screens.js" */

/** @param {HTMLElement} section @returns {View} */
export function lobbyView(section) {
  return {
    draw(state) {
      const game = state.gameState;
      setText(el("text", section), fill(gettext("%(host)s starts when everybody is here."), { host: game.hostName }));
      const values = { count: game.players.length, most: game.maxPlayers };
      setText(el("count", section), fill(gettext("%(count)s of %(most)s players"), values));
      drawTiles(el("people", section), state);
    },
  };
}
