/** Choosing a team: one large button each, with who is in it. */

import { create, el, setData, setText, sync } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { nameOf, playerById } from "../selectors.js";
import { setTeam, teamShape } from "../teams.js";

export function teamsView(section, page) {
  return {
    draw({ gameState: game, me }) {
      const myTeam = playerById(game, me.actorId)?.teamId ?? null;
      setText(el("title", section), myTeam ? gettext("You’re in!") : gettext("Choose your team"));
      setText(el("text", section), statusText(game, myTeam));
      sync(el("teams", section), game.teams, {
        key: (team) => team.id,
        make: (team) => teamButton(team, page),
        update: (item, team) => fillTeam(item, team, game, myTeam),
      });
      setText(el("teamless", section), teamlessText(game));
    },
  };
}

function teamButton(team, page) {
  const onclick = () => page.room.send(TYPES.JOIN_TEAM, { teamId: team.id });
  const item = create(
    "li",
    {},
    create(
      "button",
      { class: "team", type: "button", "data-el": "choose", onclick },
      teamShape(team.id),
      create("span", { class: "team__text" }, create("strong", {}, team.name), create("span", { "data-el": "names" })),
      create("span", { class: "team__mine", "data-el": "mine", "aria-hidden": "true" }),
    ),
  );
  setTeam(item, team.id);
  return item;
}

function fillTeam(item, team, game, myTeam) {
  const isMine = team.id === myTeam;
  el("choose", item).setAttribute("aria-pressed", String(isMine));
  setData(item, "mine", isMine ? "yes" : null);
  setText(el("names", item), team.players.map((id) => nameOf(game, id)).join(", ") || gettext("nobody yet"));
  setText(el("mine", item), isMine ? "✓" : "");
}

function statusText(game, myTeam) {
  if (game.state === "READY_TO_START") {
    return fill(gettext("The teams are ready. %(host)s starts the game."), { host: game.hostName });
  }
  return myTeam ? gettext("You can still change. The teams should be of the same size.") : gettext("Tap one to sit down.");
}

function teamlessText(game) {
  const names = game.players.filter((one) => one.connected && !one.teamId).map((one) => one.playerName);
  return names.length ? fill(gettext("Still choosing: %(names)s"), { names: names.join(", ") }) : "";
}
