/** Who came where, as steps of a podium; in the page's order best first, on the screen the winner in the middle. */

import { create, sync } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { team } from "../store.js";
import { dress, shape } from "../teams.js";

export function drawPodium(list, game) {
  sync(list, game.leaderboard, {
    key: (standing) => `${standing.teamId}:${standing.rank}:${standing.score}`,
    make: (standing) => step(standing, team(game, standing.teamId), game),
  });
}

/** "Team Red wins!", or who shares the first place. */
export function headline(game) {
  const first = game.leaderboard.filter((standing) => standing.rank === 1).map((standing) => standing.teamName);
  if (first.length === 1) {
    return fill(gettext("%(team)s wins!"), { team: first[0] });
  }
  return first.length === 2
    ? fill(gettext("A tie: %(one)s and %(other)s"), { one: first[0], other: first[1] })
    : fill(gettext("A tie of %(count)s teams"), { count: first.length });
}

/** "12 minutes · 96 words". */
export function facts(game) {
  const { gameDurationMin: minutes, totalWordsPlayed: words } = game.final;
  return [
    fill(ngettext("%(count)s minute", "%(count)s minutes", minutes), { count: minutes }),
    fill(ngettext("%(count)s word", "%(count)s words", words), { count: words }),
  ].join(" · ");
}

function step(standing, one, game) {
  const names = (one?.players ?? []).map((id) => game.players.find((player) => player.playerId === id)?.playerName);
  const item = create(
    "li",
    { class: "step", "data-rank": standing.rank },
    create(
      "div",
      { class: "step__team" },
      shape(standing.teamId),
      create("strong", {}, standing.teamName),
      create("span", { class: "step__people" }, names.filter(Boolean).join(", ")),
    ),
    create(
      "div",
      { class: "step__block" },
      create("span", { class: "step__points" }, standing.score),
      create("span", { class: "step__rank" }, fill(gettext("Place %(rank)s"), standing)),
    ),
  );
  dress(item, standing.teamId);
  return item;
}
