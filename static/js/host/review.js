/** After a round: its words, which the host can correct before they count, the scores, and what comes next. */

import { create, el, setData, setText, show, sync } from "../dom.js";
import { drawScores } from "../widgets/scoreboard.js";
import { roundHeadline, roundSummary, waitText } from "../texts.js";
import { drawTurn } from "../widgets/turn.js";
import { actionName } from "../widgets/word_list.js";
import { remainingSeconds } from "../clock.js";
import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { setTeam } from "../teams.js";
import { actionButton, isUsable, onAction, setUsable } from "./actions.js";

export function reviewView(section, host) {
  const next = actionButton(section, "nextRound");
  const goOn = () => isUsable(next) && host.send(TYPES.NEXT_ROUND);
  onAction(section, { nextRound: goOn, endGame: () => host.endGame() });
  return {
    keys: { n: goOn },
    draw(state) {
      const game = state.gameState;
      const round = game.round;
      const isOpen = game.state === "SCORE_REVIEW";
      setTeam(el("headline", section), round?.teamId);
      setText(el("headline", section), roundHeadline(game));
      setText(el("sum", section), roundSummary(state));
      sync(el("words", section), round?.words ?? [], {
        key: (word) => word.wordId,
        make: (word) => verdict(word, host),
        update: (item, word) => fillVerdict(item, word, isOpen),
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
      const seconds = remainingSeconds(state.review, now);
      setText(el("next-in", section), waitText(state.gameState, seconds));
    },
  };
}

function verdict(word, host) {
  const onclick = ({ currentTarget }) => {
    if (isUsable(currentTarget)) {
      const action = currentTarget.dataset.outcome === "guessed" ? "skipped" : "guessed";
      host.send(TYPES.CORRECT_WORD, { wordId: word.wordId, action });
    }
  };
  return create(
    "li",
    {},
    create(
      "button",
      { class: "verdict", type: "button", "data-el": "verdict", onclick },
      create("span", { class: "verdict__mark", "aria-hidden": "true" }),
      create("span", { class: "verdict__word" }, word.wordText),
      create("span", { class: "verdict__action", "data-el": "action" }),
    ),
  );
}

function fillVerdict(item, word, isOpen) {
  const button = el("verdict", item);
  setData(button, "outcome", word.action);
  setUsable(button, isOpen);
  setText(el("action", button), actionName(word.action));
}
