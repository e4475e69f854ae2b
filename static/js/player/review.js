/** After a round: how it went, its words (and a way to report one), and what comes next. */

import { tally } from "../board/facts.js";
import { drawScores } from "../board/scores.js";
import { drawTurn } from "../board/turn.js";
import { actionName } from "../board/wordlist.js";
import { remainingSeconds } from "../clock.js";
import { create, part, setData, setText, show, sync } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { player, team } from "../store.js";
import { dress } from "../teams.js";

export function reviewView(section, page) {
  const reported = new Set();

  const report = async (wordId) => {
    const { words } = page.room.state.gameState.round;
    const dialog = part("report");
    setText(part("report-title", dialog), words.find((word) => word.wordId === wordId).wordText);
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
    const values = { team: team(game, round?.teamId)?.name ?? "", points };
    dress(section, round?.teamId);
    setText(
      part("headline", section),
      fill(ngettext("%(team)s: %(points)s point", "%(team)s: %(points)s points", points), values),
    );
    setText(part("sum", section), fill(gettext("%(guessed)s guessed, %(skipped)s skipped"), { guessed, skipped }));
    drawScores(part("scores", section), game, { activeTeamId: round?.teamId });
    drawTurn(part("turn", section), game);
    show(part("turn", section), Boolean(game.nextTeamId));
    setText(part("next-me", section), nextForMe(game, me));
    dress(part("next", section), game.nextTeamId);
    show(part("words-title", section), Boolean(round?.words.length));
    sync(part("words", section), round?.words ?? [], {
      key: (word) => word.wordId,
      make: (word) => wordLine(word, report),
      update(item, word) {
        const isReported = reported.has(word.wordId);
        const button = part("report-word", item);
        setData(item, "action", word.action);
        setText(part("text", item), word.wordText);
        setText(part("action", item), actionName(word.action));
        setText(button, isReported ? gettext("reported") : gettext("report"));
        button.setAttribute("aria-label", fill(gettext("Report the word %(word)s"), { word: word.wordText }));
        button.disabled = isReported || game.state !== "SCORE_REVIEW";
      },
    });
  }

  function tick(state, now) {
    setText(part("next-in", section), waitText(state, remainingSeconds(state.review, now)));
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
  return player(game, me.actorId)?.teamId === game.nextTeamId ? gettext("Your team is next: you guess.") : "";
}

/** Open `dialog`; resolves to the value of the button that closed it, empty when none did. */
function chosen(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}
