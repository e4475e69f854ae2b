/** The end of the game: who won, who explained best, how the scores grew; and waiting for a rematch. */

import { scoreChart } from "../board/chart.js";
import { facts, headline } from "../board/podium.js";
import { sharingView } from "../board/sharing.js";
import { create, part, setText, show, sync } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { isHost, nameOf } from "../store.js";
import { dress, shape } from "../teams.js";

export function finalView(section, { toasts }) {
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
      dress(section, winners.length === 1 ? winners[0].teamId : null);
      setText(part("headline", section), headline(game));
      setText(part("facts", section), facts(game));
      sync(part("winners", section), winners, {
        key: (standing) => standing.teamId,
        make: (standing) => shape(standing.teamId),
      });
      show(part("mvp", section), Boolean(mvp));
      setText(part("mvp", section), fill(gettext("Best explainer: %(name)s"), { name: mvp }));
      drawStandings(part("scores", section), game.leaderboard);
      if (charted !== game.rounds) {
        charted = game.rounds;
        part("chart", section).replaceChildren(scoreChart(game));
      }
      sharing.draw(game);
      setText(part("rematch", section), rematchText(state));
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
        shape(standing.teamId),
        create("span", { class: "score__name" }, standing.teamName),
        create("span", { class: "score__points" }, standing.score),
      );
      dress(item, standing.teamId);
      return item;
    },
  });
}

function rematchText(state) {
  return isHost(state) ? "" : fill(gettext("Stay here: %(host)s can start another game."), { host: state.gameState.hostName });
}
