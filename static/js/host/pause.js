/** The pause: why, who is awaited, and the two ways on. */

import { create, el, setText, show, sync } from "../dom.js";
import { awaited } from "../selectors.js";
import { drawScores } from "../widgets/scoreboard.js";
import { timeLeftText } from "../texts.js";
import { avatar, connectionOf, connectionText } from "../widgets/player_tiles.js";
import { drawTurn } from "../widgets/turn.js";
import { fill, gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { actionButton, onAction } from "./actions.js";

export function pauseView(section, host) {
  const resume = () => host.send(TYPES.RESUME_GAME);
  onAction(section, { resume, endGame: () => host.endGame() });
  return {
    focus: actionButton(section, "resume"),
    keys: { p: resume },
    draw(state) {
      const game = state.gameState;
      const away = awaited(game);
      drawTurn(el("turn", section), game);
      setText(el("time-left", section), timeLeftText(game));
      setText(el("reason", section), away.length ? gettext("Waiting for:") : gettext("Everybody is here."));
      show(el("awaited", section), away.length > 0);
      sync(el("awaited", section), away, {
        key: (player) => player.playerId,
        make: (player) =>
          create(
            "li",
            { class: "tile", "data-away": true },
            avatar(player),
            create("span", {}, player.playerName),
            create("span", { class: "tile__note", "data-el": "note" }),
          ),
        update: (item, player) => setText(el("note", item), awayText(game, player, state.lines)),
      });
      drawScores(el("scores", section), game, { activeTeamId: game.activeTeamId });
    },
  };
}

function awayText(game, player, lines) {
  const line = connectionText(connectionOf(player, lines));
  return player.playerId === game.explainerPlayerId ? fill(gettext("explains · %(line)s"), { line }) : line;
}
