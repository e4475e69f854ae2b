/** The lobby: what will happen, the rules, and the players so far. */

import { el, setText } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { isHost, nameOf, playerById } from "../selectors.js";
import { playersText } from "../setting_texts.js";
import { drawTiles } from "../widgets/player_tiles.js";
import { drawRulesCard, RulesTour } from "./rules_card.js";

/** @import { GameState } from "../protocol.js" */
/** @import { LiveState } from "../reducer.js" */
/** @import { View } from "../screens.js" */
/** @import { PlayerPage } from "./page.js" */

/** @param {HTMLElement} section @param {PlayerPage} page @returns {View} */
export function lobbyView(section, page) {
  const rules = el("rules", section);
  const tour = new RulesTour(rules, page.code);
  return {
    draw(state) {
      const { gameState: game, me } = state;
      const name = nameOf(game, me.actorId);
      setText(el("title", section), name ? fill(gettext("You’re in, %(name)s!"), { name }) : gettext("You’re in!"));
      setText(el("text", section), `${startText(state)} ${wordsText(game)}`);
      setText(el("count", section), playersText(game.players.length));
      drawRulesCard(rules, game.settings);
      drawTiles(el("people", section), state);
    },
    tick: (_state, now) => tour.tick(now),
  };
}

/** Who starts the game, and whether they play. @param {LiveState} state */
function startText(state) {
  const { gameState: game } = state;
  if (isHost(state)) {
    return gettext("You are the host, and you play too: make teams when everybody is here.");
  }
  const text = playerById(game, game.hostId)
    ? gettext("%(host)s starts when everybody is here.")
    : gettext("%(host)s runs the game and starts it when everybody is here.");
  return fill(text, { host: game.hostName });
}

/** Who reads the words, and where. @param {GameState} game */
function wordsText({ settings, hostName }) {
  return settings.wordHolder === "host"
    ? fill(gettext("Who explains reads the words on %(host)s’s screen."), { host: hostName })
    : gettext("Who explains reads the words on their own phone.");
}
