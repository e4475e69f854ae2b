/** The lobby on the big screen: how to get in, and who is here. */

import { drawTiles } from "../board/tiles.js";
import { part, setText } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";

export function lobbyView(section) {
  setText(part("address", section), new URL(document.body.dataset.joinUrl).host);
  return {
    draw(state) {
      const { players, locked, maxPlayers } = state.gameState;
      const count = players.length;
      drawTiles(part("tiles", section), state);
      setText(
        part("status", section),
        locked
          ? gettext("The room is locked: nobody new can join.")
          : fill(ngettext("%(count)s player of up to %(most)s", "%(count)s players of up to %(most)s", count), {
              count,
              most: maxPlayers,
            }),
      );
    },
  };
}
