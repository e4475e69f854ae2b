/** Making teams: by drag, by choosing a player and then a team, or by keys. */

import { create, el, setText, show, sync } from "../dom.js";
import { avatar, connectionOf, connectionText } from "../widgets/player_tiles.js";
import { playerById, startObstacle, teamById } from "../selectors.js";
import { fill, gettext } from "../i18n.js";
import { RANGES, TYPES } from "../protocol.js";
import { setTeam, teamShape } from "../teams.js";
import { actionButton, isUsable, onAction, setUsable } from "./actions.js";
import { draggable } from "./drag.js";

export function teamsView(section, host) {
  const columns = el("columns", section);
  const start = actionButton(section, "startGame");
  let game = null;
  let chosenId = null;

  onAction(section, {
    shuffle: () => host.send(TYPES.SHUFFLE_TEAMS),
    cancel: () => host.send(TYPES.CANCEL_TEAM_SETUP),
    startGame() {
      if (isUsable(start)) {
        host.send(TYPES.CONFIRM_START);
      }
    },
  });
  buildCounts();
  el("holder", section).addEventListener("change", (event) => {
    host.send(TYPES.UPDATE_SETTINGS, { settings: { wordHolder: event.target.value } });
  });
  columns.addEventListener("keydown", onKey);
  draggable(columns, {
    card: ".member",
    grip: ".member__grip",
    target: ".column[data-team-id]",
    onDrop: (card, column) => assign(card.dataset.player, column.dataset.teamId),
  });

  return {
    draw(state) {
      game = state.gameState;
      if (chosenId && !playerById(game, chosenId)) {
        chosenId = null;
      }
      redraw(state);
    },
    leave() {
      chosenId = null;
    },
  };

  function redraw(state) {
    const focusedId = document.activeElement.closest(".member")?.dataset.player;
    const teamless = game.players.filter((one) => !one.teamId).map((one) => one.playerId);
    const places = [{ id: "", name: gettext("No team yet"), players: teamless }, ...game.teams];
    columns.style.setProperty("--teams", game.teams.length);
    columns.toggleAttribute("data-choosing", chosenId !== null);
    sync(columns, places, {
      key: (place) => place.id,
      make: column,
      update: (item, place) => fillColumn(item, place, state),
    });
    show(columns.firstElementChild, teamless.length > 0);
    if (focusedId && !columns.contains(document.activeElement)) {
      focusCard(focusedId);
    }
    section.querySelectorAll("[data-count]").forEach((button) => {
      button.setAttribute("aria-pressed", String(Number(button.dataset.count) === game.teams.length));
    });
    section.querySelectorAll('[name="holder"]').forEach((input) => {
      input.checked = input.value === game.settings.wordHolder;
    });
    const obstacle = startObstacle(game);
    setUsable(start, obstacle === null || obstacle === "thin");
    el("why", section).toggleAttribute("data-warning", obstacle === "thin");
    setText(el("why", section), obstacle ? obstacleText(obstacle) : "");
  }

  function column(place) {
    const item = create(
      "section",
      { class: place.id ? "column" : "column column--none", "data-team-id": place.id || null },
      create("h2", { class: "column__name" }, place.id ? teamShape(place.id) : null, create("span", {}, place.name)),
      create("ul", { class: "column__members", role: "list", "data-el": "members" }),
    );
    if (place.id) {
      setTeam(item, place.id);
      const onclick = () => assign(chosenId, place.id);
      item.append(create("button", { class: "button column__here", type: "button", hidden: true, onclick }));
    }
    return item;
  }

  function fillColumn(item, place, state) {
    const members = place.players.map((id) => playerById(game, id)).filter(Boolean);
    sync(el("members", item), members, {
      key: (one) => one.playerId,
      make: card,
      update: (entry, one) => fillCard(entry, one, state),
    });
    const here = item.querySelector(".column__here");
    if (here) {
      const chosen = chosenId && playerById(game, chosenId);
      show(here, Boolean(chosen) && chosen.teamId !== place.id);
      setText(here, chosen ? fill(gettext("%(name)s goes here"), { name: chosen.playerName }) : "");
    }
  }

  function card(one) {
    const onclick = () => choose(one.playerId);
    return create(
      "li",
      {},
      create(
        "button",
        { class: "member", type: "button", "data-player": one.playerId, onclick },
        create("span", { class: "member__grip", "aria-hidden": "true" }, "⠿"),
        avatar(one),
        create("span", { class: "member__name" }, one.playerName),
        create("span", { class: "member__note", "data-el": "note" }),
      ),
    );
  }

  function fillCard(entry, one, state) {
    const button = entry.firstElementChild;
    button.setAttribute("aria-pressed", String(one.playerId === chosenId));
    button.toggleAttribute("data-away", !one.connected);
    setText(el("note", entry), connectionText(connectionOf(one, state.lines)));
  }

  function choose(playerId) {
    chosenId = playerId === chosenId ? null : playerId;
    redraw(host.room.state);
    if (chosenId) {
      const { playerName } = playerById(game, chosenId);
      host.announce(fill(gettext("%(name)s is chosen. Now choose a team."), { name: playerName }));
    }
  }

  /** Move a player; the focus stays with them. */
  function assign(playerId, teamId) {
    chosenId = null;
    if (playerId && playerById(game, playerId)?.teamId !== teamId) {
      host.send(TYPES.ASSIGN_PLAYER, { playerId, teamId });
      host.announce(
        fill(gettext("%(name)s to %(team)s"), {
          name: playerById(game, playerId).playerName,
          team: teamById(game, teamId).name,
        }),
      );
    }
    redraw(host.room.state);
    focusCard(playerId);
  }

  function focusCard(playerId) {
    columns.querySelector(`[data-player="${playerId}"]`)?.focus({ preventScroll: true });
  }

  function onKey(event) {
    const playerId = event.target.closest(".member")?.dataset.player ?? chosenId;
    if (!playerId || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const ids = game.teams.map((one) => one.id);
    const now = ids.indexOf(playerById(game, playerId)?.teamId);
    const steps = { ArrowRight: now + 1, ArrowLeft: now < 0 ? ids.length - 1 : now - 1 };
    const wanted = steps[event.key] ?? Number(event.key) - 1;
    if (ids[wanted]) {
      event.preventDefault();
      assign(playerId, ids[wanted]);
    } else if (event.key === "Escape" && chosenId) {
      choose(chosenId);
    }
  }

  function buildCounts() {
    const { min, max } = RANGES.numTeams;
    for (let count = min; count <= max; count += 1) {
      const onclick = () => host.send(TYPES.UPDATE_SETTINGS, { settings: { numTeams: count } });
      const attributes = { class: "button", type: "button", "data-count": count, "aria-pressed": "false", onclick };
      el("team-count", section).append(create("button", attributes, count));
    }
  }
}

function obstacleText(obstacle) {
  const texts = {
    teamless: gettext("Everybody needs a team first."),
    empty: gettext("A team is empty. Move somebody there, or play with fewer teams."),
    uneven: gettext("The teams differ by more than one. Move somebody, or shuffle."),
    thin: gettext("A team of one has nobody to guess. Two or more a team play best."),
  };
  return texts[obstacle];
}
