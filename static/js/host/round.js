/** The round: the word with its answers when this page holds it, else who explains; clock, scores, the words so far. */

import { el, setText, show } from "../dom.js";
import { drawClock } from "../widgets/clock_face.js";
import { holdsWords, liveWord, shownScore, tally, turnOf } from "../selectors.js";
import { drawScores } from "../widgets/scoreboard.js";
import { countsText } from "../texts.js";
import { drawTurn } from "../widgets/turn.js";
import { WordCard } from "../widgets/word_card.js";
import { drawWords } from "../widgets/word_list.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { ERRORS, TYPES } from "../protocol.js";
import { setTeam } from "../teams.js";
import { actionButton, isUsable, onAction, setUsable } from "./actions.js";

export function roundView(section, host) {
  const element = el("word-card", section);
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
      const face = el("clock", section);
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
    setTeam(section, game.activeTeamId);
    drawTurn(el("turn", section), game);
    setText(el("counts", section), countsText(shown));
    drawScores(el("scores", section), game, {
      activeTeamId: game.activeTeamId,
      scoreOf: (team) => shownScore(state, team),
    });
    show(el("desk", section), mine);
    show(el("listen", section), !mine);
    show(el("cover", section), isCovered);
    show(element, !isCovered);
    show(el("answers", section), !isCovered);
    card.draw(mine && !isCovered ? liveWord(state) : null);
    setText(el("left", section), leftText(game.currentWord));
    show(undoButton, mine);
    setUsable(undoButton, mine && shown.guessed + shown.skipped > 0);
    drawListening(game, shown);
    drawWords(el("played", section), [...(game.round?.words ?? [])].reverse().filter((word) => word.wordText));
  }

  function drawListening(game, shown) {
    const { explainer } = turnOf(game);
    setText(el("listen-line", section), fill(gettext("%(name)s has the words on their phone."), { name: explainer }));
    setText(el("listen-number", section), shown.guessed);
    setText(el("listen-unit", section), ngettext("word guessed", "words guessed", shown.guessed));
  }
}

function counted(round, pending) {
  const counts = tally(round);
  return pending ? { ...counts, [pending.action]: counts[pending.action] + 1 } : counts;
}

function leftText(word) {
  return word ? fill(gettext("%(count)s more in the pack"), { count: word.remainingInPack }) : "";
}
