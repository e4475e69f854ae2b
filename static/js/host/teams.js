/** Making teams: by drag, by choosing a player and then a team, or by keys. */

import { closest, create, el, findAll, reconcile, setText, show } from "../dom.js";
import { fill, gettext, isolate } from "../i18n.js";
import { RANGES, TYPES } from "../protocol.js";
import { everyPlayer, isLive, playerById, playersById, startObstacle, teamById } from "../selectors.js";
import { shortcutOf } from "../shortcut.js";
import { setTeam, teamShape } from "../teams.js";
import { avatar, connectionOf, connectionText, drawAvatar } from "../widgets/player_tiles.js";
import { actionButton, isUsable, onAction, setUsable } from "./actions.js";
import { draggable } from "./drag.js";

/** @import { GameState, PlayerView } from "../protocol.js" */
/** @import { LiveState } from "../reducer.js" */
/** @import { View } from "../screens.js" */
/** @import { HostPage } from "./page.js" */

/** @typedef {{id: string, name: string, players: string[]}} Column a team; with an empty id the players without one */

/** @param {HTMLElement} section @param {HostPage} host @returns {View} */
export function teamsView(section, host) {
  const columns = el("columns", section);
  const start = actionButton(section, "startGame");
  /** The player to whom the next choice of a team applies. @type {string | null} */
  let chosenId = null;

  onAction(section, {
    shuffle: () => host.room.send(TYPES.SHUFFLE_TEAMS, {}),
    cancel: () => host.room.send(TYPES.CANCEL_TEAM_SETUP, {}),
    startGame() {
      if (isUsable(start)) {
        host.room.send(TYPES.CONFIRM_START, {});
      }
    },
  });
  el("team-count", section).append(...countButtons(host));
  for (const input of holderInputs()) {
    input.addEventListener("change", () => {
      const wordHolder = input.value === "host" ? "host" : "explainer";
      host.room.send(TYPES.UPDATE_SETTINGS, { settings: { wordHolder } });
    });
  }
  columns.addEventListener("keydown", onKey);
  draggable(columns, {
    card: ".member",
    grip: ".member__grip",
    target: ".column[data-team-id]",
    onDrop: (card, column) => assign(card.dataset.player, column.dataset.teamId),
  });

  return {
    draw(state) {
      if (chosenId && !playerById(state.gameState, chosenId)) {
        chosenId = null;
      }
      draw(state);
    },
    leave() {
      chosenId = null;
    },
  };

  /** @param {LiveState} state */
  function draw(state) {
    const game = state.gameState;
    const focusedId = document.activeElement?.closest(".member")?.getAttribute("data-player");
    const teamless = game.players.filter((player) => !player.teamId).map((player) => player.playerId);
    const isAnybodyTeamless = everyPlayer(game).some((player) => !player.teamId);
    columns.style.setProperty("--teams", String(game.teams.length));
    columns.toggleAttribute("data-choosing", chosenId !== null);
    reconcile(columns, [{ id: "", name: gettext("No team yet"), players: teamless }, ...game.teams], {
      key: (column) => column.id,
      make: makeColumn,
      update: (item, column) => updateColumn(item, column, state),
    });
    show(findAll(columns, ":scope > *")[0], isAnybodyTeamless);
    if (focusedId && !columns.contains(document.activeElement)) {
      focusCard(focusedId);
    }
    drawControls(game);
  }

  /** @param {GameState} game */
  function drawControls(game) {
    for (const button of findAll(section, "[data-count]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.count) === game.teams.length));
    }
    for (const input of holderInputs()) {
      input.checked = input.value === game.settings.wordHolder;
    }
    const obstacle = startObstacle(game);
    setUsable(start, obstacle === null || obstacle === "thin");
    el("why", section).toggleAttribute("data-warning", obstacle === "thin");
    setText(el("why", section), obstacle ? obstacleText(obstacle) : "");
  }

  function holderInputs() {
    return findAll(section, 'input[name="holder"]').filter((input) => input instanceof HTMLInputElement);
  }

  /** @param {Column} column */
  function makeColumn({ id, name }) {
    const item = create(
      "section",
      { class: id ? "column" : "column column--none", "data-team-id": id || null },
      create("h2", { class: "column__name" }, id ? teamShape(id) : null, create("span", {}, isolate(name))),
      create("ul", { class: "column__members", role: "list", "data-el": "members" }),
    );
    if (id) {
      setTeam(item, id);
      const onclick = () => assign(chosenId, id);
      item.append(create("button", { class: "button column__here", type: "button", hidden: true, onclick }));
    }
    return item;
  }

  /** @param {HTMLElement} item @param {Column} column @param {LiveState} state */
  function updateColumn(item, column, { gameState: game, connections }) {
    const away = everyPlayer({ ...game, players: [] }).filter((player) => (player.teamId ?? "") === column.id);
    reconcile(el("members", item), [...playersById(game, column.players), ...away], {
      key: (player) => player.playerId,
      make: makeCard,
      update(card, player) {
        const [button] = findAll(card, ".member");
        button.toggleAttribute("disabled", away.includes(player));
        button.setAttribute("aria-pressed", String(player.playerId === chosenId));
        button.toggleAttribute("data-away", !player.connected);
        drawAvatar(el("avatar", card), player);
        setText(el("name", card), isolate(player.playerName));
        setText(el("note", card), connectionText(connectionOf(player, connections)));
      },
    });
    const chosen = playerById(game, chosenId);
    for (const button of findAll(item, ".column__here")) {
      show(button, chosen !== undefined && chosen.teamId !== column.id);
      setText(button, chosen ? fill(gettext("%(name)s goes here"), { name: chosen.playerName }) : "");
    }
  }

  /** @param {PlayerView} player */
  function makeCard(player) {
    const onclick = () => choose(player.playerId);
    return create(
      "li",
      {},
      create(
        "button",
        { class: "member", type: "button", "data-player": player.playerId, onclick },
        create("span", { class: "member__grip", "aria-hidden": "true" }, "⠿"),
        avatar(player),
        create("span", { class: "member__name", "data-el": "name", translate: "no" }),
        create("span", { class: "member__note", "data-el": "note" }),
      ),
    );
  }

  /** Choose a player, or nobody when they are chosen already. @param {string} playerId */
  function choose(playerId) {
    const { state } = host.room;
    if (!isLive(state)) {
      return;
    }
    chosenId = playerId === chosenId ? null : playerId;
    draw(state);
    const chosen = playerById(state.gameState, chosenId);
    if (chosen) {
      host.announcer.announce(fill(gettext("%(name)s is chosen. Now choose a team."), { name: chosen.playerName }));
    }
  }

  /** Move a player; the focus stays on their card. @param {string | null} [playerId] @param {string} [teamId] */
  function assign(playerId, teamId) {
    const { state } = host.room;
    if (!isLive(state)) {
      return;
    }
    const player = playerById(state.gameState, playerId);
    const team = teamById(state.gameState, teamId);
    chosenId = null;
    if (player && team && player.teamId !== team.id) {
      host.room.send(TYPES.ASSIGN_PLAYER, { playerId: player.playerId, teamId: team.id });
      host.announcer.announce(fill(gettext("%(name)s to %(team)s"), { name: player.playerName, team: team.name }));
    }
    draw(state);
    if (player) {
      focusCard(player.playerId);
    }
  }

  /** @param {string} playerId */
  function focusCard(playerId) {
    findAll(columns, `[data-player="${playerId}"]`)[0]?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const game = host.room.state.gameState;
    const playerId = closest(event, ".member")?.dataset.player ?? chosenId;
    if (!game || !playerId || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const teamId = targetTeam(shortcutOf(event), game, playerId);
    if (teamId) {
      event.preventDefault();
      assign(playerId, teamId);
    } else if (event.key === "Escape" && chosenId) {
      choose(chosenId);
    }
  }
}

/** The team that a key moves a player to: the next one, the previous one, or by its number. @param {string} key @param {GameState} game @param {string} playerId */
function targetTeam(key, { teams, players }, playerId) {
  const player = players.find((candidate) => candidate.playerId === playerId);
  const now = teams.findIndex((team) => team.id === player?.teamId);
  /** @type {Partial<Record<string, number>>} */
  const steps = { ArrowRight: now + 1, ArrowLeft: now < 0 ? teams.length - 1 : now - 1 };
  return teams[steps[key] ?? Number(key) - 1]?.id;
}

/** A button for each possible number of teams. @param {HostPage} host */
function countButtons(host) {
  const { min, max } = RANGES.numTeams;
  return Array.from({ length: max - min + 1 }, (_, index) => {
    const count = min + index;
    const onclick = () => {
      host.room.send(TYPES.UPDATE_SETTINGS, { settings: { numTeams: count } });
    };
    const attributes = { class: "button", type: "button", "data-count": count, "aria-pressed": "false", onclick };
    return create("button", attributes, count);
  });
}

/** @param {NonNullable<ReturnType<typeof startObstacle>>} obstacle */
function obstacleText(obstacle) {
  return {
    teamless: gettext("Everybody needs a team first."),
    empty: gettext("A team is empty. Move somebody there, or play with fewer teams."),
    uneven: gettext("The teams differ by more than one. Move somebody, or shuffle."),
    thin: gettext("A team of one has nobody to guess. Two or more a team play best."),
  }[obstacle];
}
