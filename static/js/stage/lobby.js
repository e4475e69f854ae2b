/** The lobby on the big screen: how to join, and the players so far. */

import { data, el, setText } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { drawTiles } from "../widgets/player_tiles.js";

/** @import { GameState } from "../protocol.js" */
/** @import { View } from "../screens.js" */

/** @param {HTMLElement} section @returns {View} */
export function lobbyView(section) {
  setText(el("address", section), new URL(data(document.body, "joinUrl")).host);
  return {
    draw(state) {
      drawTiles(el("tiles", section), state);
      setText(el("status", section), statusText(state.gameState));
    },
  };
}

/** @param {GameState} game */
function statusText({ players, locked, maxPlayers }) {
  if (locked) {
    return gettext("The room is locked: nobody new can join.");
  }
  const count = players.length;
  return fill(ngettext("%(count)s player of up to %(most)s", "%(count)s players of up to %(most)s", count), {
    count,
    most: maxPlayers,
  });
}
