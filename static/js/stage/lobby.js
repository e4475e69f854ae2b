/** The lobby on the big screen: how to get in, and who is here. */

import { drawTiles } from "../widgets/player_tiles.js";
import { el, setText } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";

export function lobbyView(section) {
  setText(el("address", section), new URL(document.body.dataset.joinUrl).host);
  return {
    draw(state) {
      const { players, locked, maxPlayers } = state.gameState;
      const count = players.length;
      drawTiles(el("tiles", section), state);
      setText(
        el("status", section),
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
