/** Choosing a team: one large button each, with its members. */

import { create, el, reconcile, setData, setText, show } from "../dom.js";
import { fill, gettext, isolate, listed } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { nameOf, playerById } from "../selectors.js";
import { setTeam, teamShape } from "../teams.js";

/** @import { GameState, TeamView } from "../protocol.js" */
/** @import { View } from "../screens.js" */
/** @import { PlayerPage } from "./page.js" */

/** @param {HTMLElement} section @param {PlayerPage} page @returns {View} */
export function teamsView(section, page) {
  return {
    draw({ gameState: game, me }) {
      const myTeamId = playerById(game, me.actorId)?.teamId ?? null;
      setText(el("title", section), myTeamId ? gettext("You’re in!") : gettext("Choose your team"));
      setText(el("text", section), statusText(game, myTeamId !== null));
      reconcile(el("teams", section), game.teams, {
        key: (team) => team.id,
        make: (team) => teamButton(team, page),
        update: (item, team) => updateTeam(item, team, game, team.id === myTeamId),
      });
      setText(el("teamless", section), teamlessText(game));
    },
  };
}

/** @param {TeamView} team @param {PlayerPage} page */
function teamButton(team, page) {
  const onclick = () => {
    page.room.send(TYPES.JOIN_TEAM, { teamId: team.id });
  };
  const item = create(
    "li",
    {},
    create(
      "button",
      { class: "team", type: "button", "data-el": "choose", onclick },
      teamShape(team.id),
      create(
        "span",
        { class: "team__text" },
        create("strong", {}, isolate(team.name)),
        create("span", { "data-el": "names", translate: "no" }),
      ),
      create("span", { class: "team__mine icon-tick", "data-el": "mine", "aria-hidden": "true" }),
    ),
  );
  setTeam(item, team.id);
  return item;
}

/** @param {HTMLElement} item @param {TeamView} team @param {GameState} game @param {boolean} isMine */
function updateTeam(item, team, game, isMine) {
  el("choose", item).setAttribute("aria-pressed", String(isMine));
  setData(item, "mine", isMine ? "yes" : null);
  setText(el("names", item), listed(team.players.map((id) => nameOf(game, id))) || gettext("nobody yet"));
  show(el("mine", item), isMine);
}

/** @param {GameState} game @param {boolean} hasTeam */
function statusText(game, hasTeam) {
  if (game.state === "READY_TO_START") {
    return fill(gettext("The teams are ready. %(host)s starts the game."), { host: game.hostName });
  }
  return hasTeam
    ? gettext("You can still change. The teams should be of the same size.")
    : gettext("Tap one to sit down.");
}

/** @param {GameState} game */
function teamlessText(game) {
  const names = game.players.filter((player) => player.connected && !player.teamId).map((player) => player.playerName);
  return names.length ? fill(gettext("Still choosing: %(names)s"), { names: listed(names) }) : "";
}
