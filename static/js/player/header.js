/** The bar on top of every screen: who I am, and my team. */

import { el, setText, show } from "../dom.js";
import { gettext } from "../i18n.js";
import { nameOf, playerById, teamById } from "../selectors.js";
import { setTeam } from "../teams.js";

export function drawBar(page, state) {
  const { gameState: game, me } = state;
  const isInside = Boolean(game && me) && !page.gone;
  show(el("open-menu"), isInside);
  if (!isInside) {
    setText(el("my-name"), "PartyFlow");
    setText(el("my-team"), spaced(page.code));
    show(el("my-shape"), false);
    setTeam(el("who"), null);
    return;
  }
  const mine = teamById(game, playerById(game, me.actorId)?.teamId);
  setText(el("my-name"), nameOf(game, me.actorId) || gettext("You are watching"));
  setText(el("my-team"), mine?.name ?? teamless(game));
  show(el("my-shape"), Boolean(mine));
  setTeam(el("who"), mine?.id);
}

function teamless(game) {
  return game.teams.length ? gettext("no team yet") : gettext("waiting for teams");
}

function spaced(code) {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}
