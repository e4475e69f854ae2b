/** The lobby: how to join, and the players so far. */

import { el, setText, show } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { drawTiles } from "../widgets/player_tiles.js";
import { actionButton, isUsable, onAction, setUsable } from "./actions.js";
import { rulesText } from "./rules.js";

/** @import { GameState } from "../protocol.js" */
/** @import { View } from "../screens.js" */
/** @import { HostPage } from "./page.js" */

/** @param {HTMLElement} section @param {HostPage} host @returns {View} */
export function lobbyView(section, host) {
  const start = actionButton(section, "makeTeams");
  onAction(section, {
    enlarge: () => host.dialogs.open("qr"),
    copyLink: () => host.copy(host.urls.join, gettext("Link copied")),
    hideCode: () => host.code.toggle(),
    settings: () => host.settings.open(),
    makeTeams() {
      if (isUsable(start)) {
        host.room.send(TYPES.START_TEAM_SETUP, {});
      }
    },
  });

  return {
    draw(state) {
      const game = state.gameState;
      const missing = game.settings.numTeams - game.players.length;
      drawTiles(el("tiles", section), state, host.choosePlayer);
      setText(el("player-count", section), game.players.length || "");
      show(el("empty", section), game.players.length === 0);
      show(el("locked", section), game.locked);
      setText(el("rules", section), rulesText(game.settings, host.packs));
      setUsable(start, missing <= 0);
      setText(el("why", section), missing > 0 ? missingPlayersText(game) : "");
    },
  };
}

/** @param {GameState} game */
function missingPlayersText({ settings, players }) {
  const values = { teams: settings.numTeams, players: players.length };
  const text = ngettext(
    "%(teams)s teams need at least %(teams)s players; %(players)s is here.",
    "%(teams)s teams need at least %(teams)s players; %(players)s are here.",
    values.players,
  );
  return fill(text, values);
}
