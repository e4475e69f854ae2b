/** The bar on top of every screen: who I am, and my team. */

import { part, setText, show } from "../dom.js";
import { gettext } from "../i18n.js";
import { nameOf, player, team } from "../store.js";
import { dress } from "../teams.js";

export function drawBar(page, state) {
  const { gameState: game, me } = state;
  const isInside = Boolean(game && me) && !page.gone;
  show(part("open-menu"), isInside);
  if (!isInside) {
    setText(part("my-name"), "PartyFlow");
    setText(part("my-team"), spaced(page.code));
    show(part("my-shape"), false);
    dress(part("who"), null);
    return;
  }
  const mine = team(game, player(game, me.actorId)?.teamId);
  setText(part("my-name"), nameOf(game, me.actorId) || gettext("You are watching"));
  setText(part("my-team"), mine?.name ?? teamless(game));
  show(part("my-shape"), Boolean(mine));
  dress(part("who"), mine?.id);
}

function teamless(game) {
  return game.teams.length ? gettext("no team yet") : gettext("waiting for teams");
}

function spaced(code) {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}
