/** The lobby on the big screen: how to join, and the players so far; while there are none, how an evening goes. */

import { data, el, setText, show } from "../dom.js";
import { gettext } from "../i18n.js";
import { playersText, turnText } from "../setting_texts.js";
import { drawTiles } from "../widgets/player_tiles.js";

/** @import { GameState } from "../protocol.js" */
/** @import { View } from "../screens.js" */

/** @param {HTMLElement} section @returns {View} */
export function lobbyView(section) {
  setText(el("address", section), new URL(data(document.body, "joinUrl")).host);
  return {
    draw(state) {
      const game = state.gameState;
      drawTiles(el("tiles", section), state);
      show(el("pictures", section), game.players.length === 0);
      setText(el("turn-text", section), turnText(game.settings.roundDurationSec));
      setText(el("status", section), statusText(game));
    },
  };
}

/** @param {GameState} game */
function statusText({ players, locked }) {
  if (locked) {
    return gettext("The room is locked: nobody new can join.");
  }
  return players.length ? playersText(players.length) : "";
}
