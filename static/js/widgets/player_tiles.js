/** Player tiles: name, team and connection of each player. */

import { create, el, findAll, reconcile, setData, setFittedText, setText, show } from "../dom.js";
import { fill, gettext, isolate, plain } from "../i18n.js";
import { everyPlayer, teamById } from "../selectors.js";
import { setTeam } from "../teams.js";
import { letters } from "../text_width.js";

/** @import { GameState, PlayerConnection, PlayerView } from "../protocol.js" */
/** @import { LiveState, State } from "../reducer.js" */

/** @typedef {(playerId: string) => void} Choose */
/** @typedef {PlayerConnection["status"] | "ok" | "away"} ConnectionState */

/**
 * Draw the players of `state`, those who are away last.
 * @param {HTMLElement} list
 * @param {LiveState} state
 * @param {Choose} [choose] the action of a tile's button; without it the tiles have none
 */
export function drawTiles(list, { gameState: game, connections }, choose) {
  const players = everyPlayer(game);
  setData(list, "crowd", crowdOf(players));
  reconcile(list, players, {
    key: (player) => player.playerId,
    make: (player) => tile(player, choose),
    update(item, player) {
      item.toggleAttribute("data-away", !player.connected);
      setData(item, "connection", connectionOf(player, connections));
      drawAvatar(el("avatar", item), player);
      setFittedText(el("name", item), isolate(player.playerName));
      for (const button of findAll(item, ".tile__more")) {
        const label = fill(gettext("What to do with %(name)s"), { name: player.playerName });
        button.setAttribute("aria-label", plain(label));
      }
      setText(el("note", item), note(game, player, connections));
      show(el("mark", item), Boolean(player.teamId));
      setTeam(el("mark", item), player.teamId);
    },
  });
}

/** How much room names need together: by their number and their letters. @param {PlayerView[]} players */
function crowdOf(players) {
  const length = players.reduce((sum, player) => sum + letters(player.playerName), 0);
  if (players.length > 12 || length > 120) {
    return "many";
  }
  return players.length > 6 || length > 60 ? "some" : "few";
}

/**
 * The connection of a player: what the server last reported, otherwise `ok` or `away`.
 * @param {PlayerView} player
 * @param {State["connections"]} connections
 * @returns {ConnectionState}
 */
export function connectionOf(player, connections) {
  return connections[player.playerId] ?? (player.connected ? "ok" : "away");
}

/** The text for a bad connection; empty for a good one. @param {ConnectionState} connection */
export function connectionText(connection) {
  /** @type {Partial<Record<ConnectionState, string>>} */
  const texts = {
    degraded: gettext("unstable connection"),
    warning: gettext("lost the connection"),
    lost: gettext("lost the connection"),
    away: gettext("away"),
  };
  return texts[connection] ?? "";
}

/** A disc in the player's colour with the first letter of the name. @param {PlayerView} player */
export function avatar(player) {
  const disc = create("span", { class: "avatar", "data-el": "avatar", "aria-hidden": "true", translate: "no" });
  drawAvatar(disc, player);
  return disc;
}

/** Fill a disc anew, for a player whose name may have changed. @param {HTMLElement} disc @param {PlayerView} player */
export function drawAvatar(disc, { playerName, avatarColor }) {
  setText(disc, [...playerName][0] ?? "");
  disc.style.setProperty("--avatar", avatarColor);
}

/** @param {PlayerView} player @param {Choose} [choose] */
function tile(player, choose) {
  const item = create(
    "li",
    { class: "tile tile--new" },
    avatar(player),
    create(
      "span",
      { class: "tile__who" },
      create("span", { class: "tile__name", "data-el": "name", translate: "no" }),
      create("span", { class: "tile__note", "data-el": "note" }),
    ),
    create("span", { class: "shape", "data-el": "mark", "aria-hidden": "true", hidden: true }),
  );
  if (choose) {
    const onclick = () => choose(player.playerId);
    item.append(create("button", { class: "tile__more", type: "button", onclick }, "⋯"));
  }
  return item;
}

/** @param {GameState} game @param {PlayerView} player @param {State["connections"]} connections */
function note(game, player, connections) {
  return (
    connectionText(connectionOf(player, connections)) ||
    (player.sittingOut ? gettext("plays from the next round") : isolate(teamById(game, player.teamId)?.name ?? ""))
  );
}
