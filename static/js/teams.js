/** How a team looks: a colour and a shape, beside its name. */

import { create, setData, setFittedText } from "./dom.js";

/** @import { TeamView } from "./protocol.js" */

/** 1–5 for "team_1" … "team_5", by which the styles know colour and shape; null for none. @param {string | null} [teamId] */
export function teamNumber(teamId) {
  const number = Number(/^team_(\d+)$/.exec(teamId ?? "")?.[1]);
  return number >= 1 && number <= 5 ? number : null;
}

/**
 * Give `element`, and what is in it, the colours of a team (or of none).
 * @param {HTMLElement | SVGElement} element
 * @param {string | null} [teamId]
 */
export function setTeam(element, teamId) {
  setData(element, "team", teamNumber(teamId));
}

/** The team's shape in its colour. Decoration: the name stands beside it. @param {string} teamId */
export function teamShape(teamId) {
  const element = create("span", { class: "shape", "aria-hidden": "true" });
  setTeam(element, teamId);
  return element;
}

/** Shape and name. @param {TeamView} team */
export function teamChip(team) {
  const name = create("bdi");
  const chip = create("span", { class: "team-chip" }, teamShape(team.id), name);
  setFittedText(name, team.name);
  setTeam(chip, team.id);
  return chip;
}

/** The name where there is little room. @param {Pick<TeamView, "name">} team */
export function shortTeamName({ name }) {
  return name.replace(/^Team /, "");
}
