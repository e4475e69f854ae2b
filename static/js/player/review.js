/** After a round: how it went, its words (and a way to report one), and what comes next. */

import { remainingSeconds } from "../clock.js";
import { promptChoice } from "../dialogs.js";
import { create, el, reconcile, setData, setText, show } from "../dom.js";
import { fill, gettext, plain } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { isLive, playerById, tally } from "../selectors.js";
import { setTeam } from "../teams.js";
import { actionText, nextRoundText, roundHeadline } from "../texts.js";
import { drawScores } from "../widgets/scoreboard.js";
import { drawTurn } from "../widgets/turn.js";

/** @import { WordView } from "../protocol.js" */
/** @import { LiveState } from "../reducer.js" */
/** @import { View } from "../screens.js" */
/** @import { PlayerPage } from "./page.js" */

/** @param {HTMLElement} section @param {PlayerPage} page @returns {View} */
export function reviewView(section, page) {
  /** Ids of reported words. @type {Set<string>} */
  const reported = new Set();

  return { draw, tick };

  /** @param {LiveState} state */
  function draw(state) {
    const game = state.gameState;
    const { round } = game;
    const { guessed, skipped } = tally(round);
    setTeam(section, round?.teamId);
    setText(el("headline", section), roundHeadline(game));
    setText(el("sum", section), fill(gettext("%(guessed)s guessed, %(skipped)s skipped"), { guessed, skipped }));
    drawScores(el("scores", section), game, { activeTeamId: round?.teamId });
    drawTurn(el("turn", section), game);
    show(el("turn", section), Boolean(game.nextTeamId));
    setText(el("next-me", section), nextRoleText(state));
    setTeam(el("next", section), game.nextTeamId);
    show(el("words-title", section), Boolean(round?.words.length));
    reconcile(el("words", section), round?.words ?? [], {
      key: (word) => word.wordId,
      make: (word) => wordItem(() => report(word)),
      update: (item, word) =>
        updateWordItem(item, word, game.settings.language, reported.has(word.wordId), game.state === "SCORE_REVIEW"),
    });
  }

  /** @param {LiveState} state @param {number} now */
  function tick({ gameState: game, review }, now) {
    const hostAway = fill(gettext("Waiting for %(host)s…"), { host: game.hostName });
    setText(el("next-in", section), nextRoundText(game, remainingSeconds(review, now), hostAway));
  }

  /** Ask what is wrong with a word, and report it. @param {WordView} word */
  async function report({ wordId, wordText }) {
    const dialog = el("report", document, HTMLDialogElement);
    setText(el("report-title", dialog), wordText);
    const reason = await promptChoice(dialog);
    if (reason && page.room.send(TYPES.REPORT_WORD, { wordId, reason })) {
      reported.add(wordId);
      page.toasts.show(gettext("Thank you. The word has been reported."), "good");
      if (isLive(page.room.state)) {
        draw(page.room.state);
      }
    }
  }
}

/** @param {() => void} onclick reports the word */
function wordItem(onclick) {
  return create(
    "li",
    { class: "words__line" },
    create("span", { class: "words__mark", "aria-hidden": "true" }),
    create("span", { class: "words__text", "data-el": "text", translate: "no", dir: "auto" }),
    create("span", { class: "visually-hidden", "data-el": "action" }),
    create("button", { class: "button button--quiet small", type: "button", "data-el": "report-word", onclick }),
  );
}

/** @param {HTMLElement} item @param {WordView} word @param {string} language @param {boolean} isReported @param {boolean} isOpen */
function updateWordItem(item, { wordText, action }, language, isReported, isOpen) {
  const button = el("report-word", item, HTMLButtonElement);
  setData(item, "action", action);
  el("text", item).lang = language;
  setText(el("text", item), wordText);
  setText(el("action", item), actionText(action));
  setText(button, isReported ? gettext("reported") : gettext("report"));
  button.setAttribute("aria-label", plain(fill(gettext("Report the word %(word)s"), { word: wordText })));
  button.disabled = isReported || !isOpen;
}

/** What this player does in the next round; empty when nothing. @param {LiveState} state */
function nextRoleText({ gameState: game, me }) {
  if (!game.nextTeamId) {
    return "";
  }
  if (game.nextExplainerPlayerId === me.actorId) {
    return gettext("You explain next!");
  }
  return playerById(game, me.actorId)?.teamId === game.nextTeamId ? gettext("Your team is next: you guess.") : "";
}
