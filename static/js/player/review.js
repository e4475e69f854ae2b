/** After a round: how it went, its words (and a way to report one), and what comes next. */

import { playerById, tally, teamById } from "../selectors.js";
import { drawScores } from "../widgets/scoreboard.js";
import { drawTurn } from "../widgets/turn.js";
import { actionName } from "../widgets/word_list.js";
import { remainingSeconds } from "../clock.js";
import { create, el, setData, setText, show, sync } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { setTeam } from "../teams.js";

export function reviewView(section, page) {
  const reported = new Set();

  const report = async (wordId) => {
    const { words } = page.room.state.gameState.round;
    const dialog = el("report");
    setText(el("report-title", dialog), words.find((word) => word.wordId === wordId).wordText);
    const reason = await chosen(dialog);
    if (reason && page.room.send(TYPES.REPORT_WORD, { wordId, reason })) {
      reported.add(wordId);
      page.toasts.show(gettext("Thank you. The word has been reported."), "good");
      draw(page.room.state);
    }
  };

  return { draw, tick };

  function draw({ gameState: game, me }) {
    const { round } = game;
    const { guessed, skipped, points } = tally(round);
    const values = { team: teamById(game, round?.teamId)?.name ?? "", points };
    setTeam(section, round?.teamId);
    setText(
      el("headline", section),
      fill(ngettext("%(team)s: %(points)s point", "%(team)s: %(points)s points", points), values),
    );
    setText(el("sum", section), fill(gettext("%(guessed)s guessed, %(skipped)s skipped"), { guessed, skipped }));
    drawScores(el("scores", section), game, { activeTeamId: round?.teamId });
    drawTurn(el("turn", section), game);
    show(el("turn", section), Boolean(game.nextTeamId));
    setText(el("next-me", section), nextForMe(game, me));
    setTeam(el("next", section), game.nextTeamId);
    show(el("words-title", section), Boolean(round?.words.length));
    sync(el("words", section), round?.words ?? [], {
      key: (word) => word.wordId,
      make: (word) => wordLine(word, report),
      update(item, word) {
        const isReported = reported.has(word.wordId);
        const button = el("report-word", item);
        setData(item, "action", word.action);
        setText(el("text", item), word.wordText);
        setText(el("action", item), actionName(word.action));
        setText(button, isReported ? gettext("reported") : gettext("report"));
        button.setAttribute("aria-label", fill(gettext("Report the word %(word)s"), { word: word.wordText }));
        button.disabled = isReported || game.state !== "SCORE_REVIEW";
      },
    });
  }

  function tick(state, now) {
    setText(el("next-in", section), waitText(state, remainingSeconds(state.review, now)));
  }
}

function wordLine(word, report) {
  return create(
    "li",
    { class: "words__line" },
    create("span", { class: "words__mark", "aria-hidden": "true" }),
    create("span", { class: "words__text", "data-el": "text" }),
    create("span", { class: "visually-hidden", "data-el": "action" }),
    create("button", {
      class: "button button--quiet small",
      type: "button",
      "data-el": "report-word",
      onclick: () => report(word.wordId),
    }),
  );
}

function waitText({ gameState: game }, seconds) {
  if (game.state !== "SCORE_REVIEW" || seconds === null) {
    return game.hostConnected ? gettext("In a moment…") : fill(gettext("Waiting for %(host)s…"), { host: game.hostName });
  }
  return game.nextTeamId
    ? fill(gettext("Next round in %(seconds)s"), { seconds })
    : fill(gettext("Results in %(seconds)s"), { seconds });
}

function nextForMe(game, me) {
  if (!game.nextTeamId) {
    return "";
  }
  if (game.nextExplainerPlayerId === me.actorId) {
    return gettext("You explain next!");
  }
  return playerById(game, me.actorId)?.teamId === game.nextTeamId ? gettext("Your team is next: you guess.") : "";
}

/** Open `dialog`; resolves to the value of the button that closed it, empty when none did. */
function chosen(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}
