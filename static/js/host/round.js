/** The round: the word with its answers when this page holds it, else the explainer; clock, scores, the words so far. */

import { el, setText, show } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { holdsWords, isLive, liveWord, shownScore, tally, turnOf } from "../selectors.js";
import { setTeam } from "../teams.js";
import { countsText } from "../texts.js";
import { drawClock } from "../widgets/clock_face.js";
import { drawScores } from "../widgets/scoreboard.js";
import { drawTurn } from "../widgets/turn.js";
import { isRefusedAnswer, WordCard } from "../widgets/word_card.js";
import { drawWords, wholeRows } from "../widgets/word_list.js";
import { drawMarks } from "../widgets/word_marks.js";
import { actionButton, isUsable, onAction, setUsable } from "./actions.js";

/** @import { GameState, WordRevealed } from "../protocol.js" */
/** @import { LiveState } from "../reducer.js" */
/** @import { View } from "../screens.js" */
/** @import { HostPage } from "./page.js" */

/** @param {HTMLElement} section @param {HostPage} host @returns {View} */
export function roundView(section, host) {
  const element = el("word-card", section);
  const card = new WordCard(element, (action, durationMs) => host.room.swipe(action, durationMs));
  const undoButton = actionButton(section, "undo");
  /** The round in which a host who explains has uncovered the words. @type {number | undefined} */
  let uncoveredRound;

  const fitWords = wholeRows(el("played", section));

  const guess = () => card.throw("guessed");
  const skip = () => card.throw("skipped");
  const pause = () => {
    host.room.send(TYPES.PAUSE_GAME, {});
  };
  const undo = () => {
    if (isUsable(undoButton)) {
      host.room.undo();
    }
  };
  const uncover = () => {
    const { state } = host.room;
    if (isLive(state)) {
      uncoveredRound = state.gameState.roundNumber;
      draw(state);
      element.focus();
    }
  };

  onAction(section, { guess, skip, undo, pause, uncover });
  // A tapped button keeps the focus, and Space would press it again instead of meaning "guessed".
  section.addEventListener("click", (event) => event.detail > 0 && element.focus({ preventScroll: true }));

  return {
    focus: element,
    keys: { ArrowRight: guess, " ": guess, ArrowLeft: skip, u: undo, p: pause },
    draw,
    tick({ gameState: game, clock }, now) {
      drawClock(el("clock", section), clock, game.round?.roundDurationSec ?? 1, now);
    },
    onMessage(message) {
      if (isRefusedAnswer(message)) {
        card.refuse();
      }
    },
    leave: () => card.draw(null),
  };

  /** @param {LiveState} state */
  function draw(state) {
    const { gameState: game, pending } = state;
    const isHolder = holdsWords(state);
    const isCovered = isHolder && game.settings.wordHolder === "explainer" && uncoveredRound !== game.roundNumber;
    const counts = tally(game.round, pending);
    setTeam(section, game.activeTeamId);
    drawTurn(el("turn", section), game);
    setText(el("counts", section), countsText(counts));
    drawScores(el("scores", section), game, {
      activeTeamId: game.activeTeamId,
      scoreOf: (team) => shownScore(state, team),
    });
    show(el("desk", section), isHolder);
    show(el("listen", section), !isHolder);
    show(el("cover", section), isCovered);
    show(element, !isCovered);
    show(el("answers", section), !isCovered);
    el("word", element).lang = game.settings.language;
    card.draw(isHolder && !isCovered ? liveWord(state) : null);
    setText(el("left", section), wordsLeftText(game.currentWord));
    show(undoButton, isHolder);
    setUsable(undoButton, isHolder && counts.guessed + counts.skipped > 0);
    section.toggleAttribute("data-listening", !isHolder);
    drawListening(game, counts.guessed);
    el("played", section).lang = game.settings.language;
    drawWords(
      el("played", section),
      [...(game.round?.words ?? [])].reverse().filter((word) => word.wordText),
    );
    fitWords();
  }

  /** @param {GameState} game @param {number} guessed */
  function drawListening(game, guessed) {
    const { explainer } = turnOf(game);
    setText(el("listen-line", section), fill(gettext("%(name)s has the words on their phone."), { name: explainer }));
    setText(el("listen-number", section), guessed);
    setText(el("listen-unit", section), ngettext("word guessed", "words guessed", guessed));
    drawMarks(el("marks", section), game.round?.words ?? []);
  }
}

/** @param {WordRevealed} [word] */
function wordsLeftText(word) {
  return word ? fill(gettext("%(count)s more in the pack"), { count: word.remainingInPack }) : "";
}
