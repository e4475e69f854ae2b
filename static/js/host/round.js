/** The round: the word with its answers when this page holds it, else who explains; clock, scores, the words so far. */

import { part, setText, show } from "../dom.js";
import { drawClock } from "../board/clockface.js";
import { tally, turnOf } from "../board/facts.js";
import { drawScores } from "../board/scores.js";
import { countsText } from "../board/sentences.js";
import { drawTurn } from "../board/turn.js";
import { WordCard } from "../board/wordcard.js";
import { drawWords } from "../board/wordlist.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { ERRORS, TYPES } from "../protocol.js";
import { holdsWords, liveWord, shownScore } from "../store.js";
import { dress } from "../teams.js";
import { actionButton, isUsable, onAction, setUsable } from "./actions.js";

export function roundView(section, host) {
  const element = part("word-card", section);
  const card = new WordCard(element, (action, durationMs) => host.room.swipe(action, durationMs));
  const undoButton = actionButton(section, "undo");
  let uncoveredRound = null;

  const guess = () => card.throw("guessed");
  const skip = () => card.throw("skipped");
  const pause = () => host.send(TYPES.PAUSE_GAME);
  const undo = () => isUsable(undoButton) && host.room.undo();

  onAction(section, {
    guess,
    skip,
    undo,
    pause,
    uncover() {
      uncoveredRound = host.room.state.gameState.roundNumber;
      draw(host.room.state);
      element.focus();
    },
  });
  // A tapped button keeps the focus, and Space would press it again instead of meaning "guessed".
  section.addEventListener("click", (event) => event.detail > 0 && element.focus({ preventScroll: true }));

  return {
    focus: element,
    keys: { ArrowRight: guess, " ": guess, ArrowLeft: skip, u: undo, p: pause },
    draw,
    tick(state, now) {
      const face = part("clock", section);
      drawClock(face, state.clock, state.gameState.round?.roundDurationSec ?? 1, now);
    },
    hear(message) {
      const { requestType, code } = message.payload;
      if (message.type === TYPES.ERROR && requestType === TYPES.WORD_SWIPED && code !== ERRORS.UNAUTHORIZED) {
        card.refuse();
      }
    },
    leave: () => card.draw(null),
  };

  function draw(state) {
    const { gameState: game, pending } = state;
    const mine = holdsWords(state);
    const isCovered = mine && game.settings.wordHolder === "explainer" && uncoveredRound !== game.roundNumber;
    const shown = counted(game.round, pending);
    dress(section, game.activeTeamId);
    drawTurn(part("turn", section), game);
    setText(part("counts", section), countsText(shown));
    drawScores(part("scores", section), game, {
      activeTeamId: game.activeTeamId,
      scoreOf: (team) => shownScore(state, team),
    });
    show(part("desk", section), mine);
    show(part("listen", section), !mine);
    show(part("cover", section), isCovered);
    show(element, !isCovered);
    show(part("answers", section), !isCovered);
    card.draw(mine && !isCovered ? liveWord(state) : null);
    setText(part("left", section), leftText(game.currentWord));
    show(undoButton, mine);
    setUsable(undoButton, mine && shown.guessed + shown.skipped > 0);
    drawListening(game, shown);
    drawWords(part("played", section), [...(game.round?.words ?? [])].reverse().filter((word) => word.wordText));
  }

  function drawListening(game, shown) {
    const { explainer } = turnOf(game);
    setText(part("listen-line", section), fill(gettext("%(name)s has the words on their phone."), { name: explainer }));
    setText(part("listen-number", section), shown.guessed);
    setText(part("listen-unit", section), ngettext("word guessed", "words guessed", shown.guessed));
  }
}

function counted(round, pending) {
  const counts = tally(round);
  return pending ? { ...counts, [pending.action]: counts[pending.action] + 1 } : counts;
}

function leftText(word) {
  return word ? fill(gettext("%(count)s more in the pack"), { count: word.remainingInPack }) : "";
}
