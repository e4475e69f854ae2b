/** The bar on top of every screen: the player's name and team. */

import { el, setText, show } from "../dom.js";
import { gettext, isolate } from "../i18n.js";
import { spacedCode } from "../room_code.js";
import { isLive, nameOf, playerById, teamById } from "../selectors.js";
import { setTeam } from "../teams.js";

/** @import { State } from "../reducer.js" */
/** @import { PlayerPage } from "./page.js" */

/** @param {PlayerPage} page @param {State} state */
export function drawHeader(page, state) {
  const isInside = isLive(state) && !page.ending;
  show(el("open-menu"), isInside);
  show(el("open-rules"), isInside);
  if (!isInside) {
    setText(el("my-name"), "PartyFlow");
    setText(el("my-team"), spacedCode(page.code));
    show(el("my-shape"), false);
    setTeam(el("who"), null);
    return;
  }
  const { gameState: game, me } = state;
  const team = teamById(game, playerById(game, me.actorId)?.teamId);
  const withoutTeam = game.teams.length ? gettext("no team yet") : gettext("waiting for teams");
  setText(el("my-name"), isolate(nameOf(game, me.actorId)) || gettext("You are watching"));
  setText(el("my-team"), team ? isolate(team.name) : withoutTeam);
  show(el("my-shape"), Boolean(team));
  setTeam(el("who"), team?.id);
}
