/** Player tiles: who is here, in which team, and how their line is. */

import { create, el, setData, setText, show, sync } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { teamById } from "../selectors.js";
import { setTeam } from "../teams.js";

/** Draw the players of `state` into `list`. With `choose(playerId)` each tile has a button for what the host can do. */
export function drawTiles(list, state, choose = null) {
  const { gameState: game, lines } = state;
  sync(list, game.players, {
    key: (player) => player.playerId,
    make: (player) => tile(player, choose),
    update(item, player) {
      item.toggleAttribute("data-away", !player.connected);
      setData(item, "connection", connectionOf(player, lines));
      setText(el("name", item), player.playerName);
      setText(el("note", item), note(game, player, lines));
      show(el("mark", item), Boolean(player.teamId));
      setTeam(el("mark", item), player.teamId);
    },
  });
}

/** How a player's line is: `ok`, `away`, or what the server has said of it. */
export function connectionOf(player, lines) {
  return lines[player.playerId] ?? (player.connected ? "ok" : "away");
}

/** The words for a line that is not well; empty for one that is. */
export function connectionText(line) {
  const texts = {
    degraded: gettext("unstable connection"),
    warning: gettext("lost the connection"),
    lost: gettext("lost the connection"),
    away: gettext("away"),
  };
  return texts[line] ?? "";
}

/** A player's colour with the first letter of their name. */
export function avatar(player) {
  const disc = create("span", { class: "avatar", "aria-hidden": "true" }, [...player.playerName][0] ?? "");
  disc.style.setProperty("--avatar", player.avatarColor);
  return disc;
}

function tile(player, choose) {
  const item = create(
    "li",
    { class: "tile tile--new" },
    avatar(player),
    create(
      "span",
      { class: "tile__who" },
      create("span", { class: "tile__name", "data-el": "name" }),
      create("span", { class: "tile__note", "data-el": "note" }),
    ),
    create("span", { class: "shape", "data-el": "mark", "aria-hidden": "true", hidden: true }),
  );
  if (choose) {
    const label = fill(gettext("What to do with %(name)s"), { name: player.playerName });
    const onclick = () => choose(player.playerId);
    item.append(create("button", { class: "tile__more", type: "button", "aria-label": label, onclick }, "⋯"));
  }
  return item;
}

function note(game, player, lines) {
  return (
    connectionText(connectionOf(player, lines)) ||
    (player.sittingOut ? gettext("plays from the next round") : (teamById(game, player.teamId)?.name ?? ""))
  );
}
