/** The pause: why, who is awaited, and the two ways on. */

import { create, part, setText, show, sync } from "../dom.js";
import { awaited } from "../board/facts.js";
import { drawScores } from "../board/scores.js";
import { timeLeftText } from "../board/sentences.js";
import { avatar, lineOf, lineText } from "../board/tiles.js";
import { drawTurn } from "../board/turn.js";
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
      drawTurn(part("turn", section), game);
      setText(part("time-left", section), timeLeftText(game));
      setText(part("reason", section), away.length ? gettext("Waiting for:") : gettext("Everybody is here."));
      show(part("awaited", section), away.length > 0);
      sync(part("awaited", section), away, {
        key: (player) => player.playerId,
        make: (player) =>
          create(
            "li",
            { class: "tile", "data-away": true },
            avatar(player),
            create("span", {}, player.playerName),
            create("span", { class: "tile__note", "data-el": "note" }),
          ),
        update: (item, player) => setText(part("note", item), awayText(game, player, state.lines)),
      });
      drawScores(part("scores", section), game, { activeTeamId: game.activeTeamId });
    },
  };
}

function awayText(game, player, lines) {
  const line = lineText(lineOf(player, lines));
  return player.playerId === game.explainerPlayerId ? fill(gettext("explains · %(line)s"), { line }) : line;
}
