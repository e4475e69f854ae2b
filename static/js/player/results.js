/** The end of the game: who won, who explained best, how the scores grew; and waiting for a rematch. */

import { scoreChart } from "../widgets/score_chart.js";
import { gameSummary, resultHeadline } from "../texts.js";
import { sharingView } from "../widgets/result_link.js";
import { create, el, setText, show, sync } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { isHost, nameOf } from "../selectors.js";
import { setTeam, teamShape } from "../teams.js";

export function resultsView(section, { toasts }) {
  const sharing = sharingView(section, toasts);
  let charted = null;
  return {
    draw(state) {
      const game = state.gameState;
      if (!game.final) {
        return;
      }
      const winners = game.leaderboard.filter((standing) => standing.rank === 1);
      const mvp = nameOf(game, game.final.mvpPlayerId);
      setTeam(section, winners.length === 1 ? winners[0].teamId : null);
      setText(el("headline", section), resultHeadline(game));
      setText(el("facts", section), gameSummary(game));
      sync(el("winners", section), winners, {
        key: (standing) => standing.teamId,
        make: (standing) => teamShape(standing.teamId),
      });
      show(el("mvp", section), Boolean(mvp));
      setText(el("mvp", section), fill(gettext("Best explainer: %(name)s"), { name: mvp }));
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

/** The teams, best first, with their places. */
export function drawStandings(list, leaderboard) {
  sync(list, leaderboard, {
    key: (standing) => `${standing.teamId}:${standing.rank}:${standing.score}`,
    make(standing) {
      const item = create(
        "li",
        { class: "score" },
        create("span", { class: "score__rank" }, `${standing.rank}.`),
        teamShape(standing.teamId),
        create("span", { class: "score__name" }, standing.teamName),
        create("span", { class: "score__points" }, standing.score),
      );
      setTeam(item, standing.teamId);
      return item;
    },
  });
}

function rematchText(state) {
  return isHost(state) ? "" : fill(gettext("Stay here: %(host)s can start another game."), { host: state.gameState.hostName });
}
