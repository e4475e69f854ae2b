/** The end of the game: who won, who explained best, how the scores grew; and waiting for a rematch. */

import { create, el, reconcile, setText } from "../dom.js";
import { fill, gettext, isolate } from "../i18n.js";
import { isHost, winnersOf } from "../selectors.js";
import { setTeam, teamShape } from "../teams.js";
import { sharingView } from "../widgets/result_link.js";
import { drawResultSummary } from "../widgets/result_summary.js";
import { scoreChart } from "../widgets/score_chart.js";

/** @import { RoundView, Standing } from "../protocol.js" */
/** @import { LiveState } from "../reducer.js" */
/** @import { View } from "../screens.js" */
/** @import { PlayerPage } from "./page.js" */

/** @param {HTMLElement} section @param {PlayerPage} page @returns {View} */
export function resultsView(section, page) {
  const sharing = sharingView(section, page.toasts);
  /** @type {RoundView[] | null} */
  let charted = null;
  return {
    draw(state) {
      const game = state.gameState;
      if (!game.final) {
        return;
      }
      const winners = winnersOf(game);
      setTeam(section, winners.length === 1 ? winners[0].teamId : null);
      drawResultSummary(section, game, game.final);
      reconcile(el("winners", section), winners, {
        key: (standing) => standing.teamId,
        make: (standing) => teamShape(standing.teamId),
      });
      drawStandings(el("scores", section), game.leaderboard);
      if (charted !== game.rounds) {
        charted = game.rounds;
        el("chart", section).replaceChildren(scoreChart(game));
      }
      sharing.draw(game);
      setText(el("rematch", section), rematchText(state));
    },
  };
}

/** The teams, best first, with their ranks. @param {HTMLElement} list @param {Standing[]} leaderboard */
export function drawStandings(list, leaderboard) {
  reconcile(list, leaderboard, {
    key: (standing) => `${standing.teamId}:${standing.rank}:${standing.score}`,
    make(standing) {
      const item = create(
        "li",
        { class: "score" },
        create("span", { class: "score__rank" }, `${standing.rank}.`),
        teamShape(standing.teamId),
        create("span", { class: "score__name" }, isolate(standing.teamName)),
        create("span", { class: "score__points" }, standing.score),
      );
      setTeam(item, standing.teamId);
      return item;
    },
  });
}

/** @param {LiveState} state */
function rematchText(state) {
  const host = state.gameState.hostName;
  return isHost(state) ? "" : fill(gettext("Stay here: %(host)s can start another game."), { host });
}
