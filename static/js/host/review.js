/** After a round: its words, which the host can correct before they count, the scores, and what comes next. */

import { remainingSeconds } from "../clock.js";
import { create, el, reconcile, setData, setText, show } from "../dom.js";
import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { setTeam } from "../teams.js";
import { actionText, nextRoundText, roundHeadline, roundSummary } from "../texts.js";
import { drawScores } from "../widgets/scoreboard.js";
import { drawTurn } from "../widgets/turn.js";
import { actionButton, isUsable, onAction, setUsable } from "./actions.js";

/** @import { WordView } from "../protocol.js" */
/** @import { View } from "../screens.js" */
/** @import { HostPage } from "./page.js" */

/** @param {HTMLElement} section @param {HostPage} host @returns {View} */
export function reviewView(section, host) {
  const next = actionButton(section, "nextRound");
  const nextRound = () => {
    if (isUsable(next)) {
      host.room.send(TYPES.NEXT_ROUND, {});
    }
  };
  onAction(section, { nextRound, endGame: () => host.endGame() });
  return {
    keys: { n: nextRound },
    draw(state) {
      const game = state.gameState;
      const { round } = game;
      const isOpen = game.state === "SCORE_REVIEW";
      setTeam(el("headline", section), round?.teamId);
      setText(el("headline", section), roundHeadline(game));
      setText(el("sum", section), roundSummary(state));
      el("words", section).lang = game.settings.language;
      reconcile(el("words", section), round?.words ?? [], {
        key: (word) => word.wordId,
        make: (word) => wordItem(word.wordId, host),
        update: (item, word) => updateWordItem(item, word, isOpen),
      });
      show(el("no-words", section), !round?.words.length);
      show(el("help", section), isOpen && Boolean(round?.words.length));
      drawScores(el("scores", section), game, { activeTeamId: round?.teamId });
      drawTurn(el("turn", section), game);
      show(el("turn", section), Boolean(game.nextTeamId));
      setUsable(next, isOpen);
      setText(el("next-label", section), game.nextTeamId ? gettext("Next round") : gettext("To the results"));
    },
    tick(state, now) {
      setText(el("next-in", section), nextRoundText(state.gameState, remainingSeconds(state.review, now)));
    },
  };
}

/** @param {string} wordId @param {HostPage} host */
function wordItem(wordId, host) {
  const button = create(
    "button",
    { class: "verdict", type: "button", "data-el": "verdict" },
    create("span", { class: "verdict__mark", "aria-hidden": "true" }),
    create("span", { class: "verdict__word", "data-el": "word", translate: "no", dir: "auto" }),
    create("span", { class: "verdict__action", "data-el": "action" }),
  );
  button.addEventListener("click", () => {
    if (isUsable(button)) {
      const action = button.dataset.outcome === "guessed" ? "skipped" : "guessed";
      host.room.send(TYPES.CORRECT_WORD, { wordId, action });
    }
  });
  return create("li", {}, button);
}

/** @param {HTMLElement} item @param {WordView} word @param {boolean} isOpen */
function updateWordItem(item, word, isOpen) {
  const button = el("verdict", item);
  setData(button, "outcome", word.action);
  setUsable(button, isOpen);
  setText(el("word", button), word.wordText);
  setText(el("action", button), actionText(word.action));
}
