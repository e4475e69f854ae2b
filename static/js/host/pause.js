/** The pause: its reason, who is missing, and the two ways on. */

import { create, el, reconcile, setText, show } from "../dom.js";
import { fill, gettext, isolate } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { absentPlayers } from "../selectors.js";
import { timeLeftText } from "../texts.js";
import { avatar, connectionOf, connectionText, drawAvatar } from "../widgets/player_tiles.js";
import { drawScores } from "../widgets/scoreboard.js";
import { drawTurn } from "../widgets/turn.js";
import { actionButton, onAction } from "./actions.js";

/** @import { PlayerView } from "../protocol.js" */
/** @import { LiveState } from "../reducer.js" */
/** @import { View } from "../screens.js" */
/** @import { HostPage } from "./page.js" */

/** @param {HTMLElement} section @param {HostPage} host @returns {View} */
export function pauseView(section, host) {
  const resume = () => {
    host.room.send(TYPES.RESUME_GAME, {});
  };
  onAction(section, { resume, endGame: () => host.endGame() });
  return {
    focus: actionButton(section, "resume"),
    keys: { p: resume },
    draw(state) {
      const game = state.gameState;
      const absent = absentPlayers(game);
      drawTurn(el("turn", section), game);
      setText(el("time-left", section), timeLeftText(game));
      setText(el("reason", section), absent.length ? gettext("Waiting for:") : gettext("Everybody is connected."));
      show(el("awaited", section), absent.length > 0);
      reconcile(el("awaited", section), absent, {
        key: (player) => player.playerId,
        make: absentTile,
        update(item, player) {
          drawAvatar(el("avatar", item), player);
          setText(el("name", item), isolate(player.playerName));
          setText(el("note", item), absenceText(state, player));
        },
      });
      drawScores(el("scores", section), game, { activeTeamId: game.activeTeamId });
    },
  };
}

/** @param {PlayerView} player */
function absentTile(player) {
  return create(
    "li",
    { class: "tile", "data-away": true },
    avatar(player),
    create("span", { "data-el": "name", translate: "no" }),
    create("span", { class: "tile__note", "data-el": "note" }),
  );
}

/** @param {LiveState} state @param {PlayerView} player */
function absenceText({ gameState: game, connections }, player) {
  const line = connectionText(connectionOf(player, connections));
  return player.playerId === game.explainerPlayerId ? fill(gettext("explains · %(line)s"), { line }) : line;
}
