/** A team is never told by its colour alone: it has a shape and a name too. */

import { create, setData } from "./dom.js";

/** 1–5 for "team_1" … "team_5": the number that the styles know its colour and shape by; null for none. */
export function teamIndex(teamId) {
  const index = Number(/^team_(\d+)$/.exec(teamId ?? "")?.[1]);
  return index >= 1 && index <= 5 ? index : null;
}

/** Let `element`, and what is in it, take on the colours of this team (or of none). */
export function setTeam(element, teamId) {
  setData(element, "team", teamIndex(teamId));
}

/** The team's shape in its colour. Decoration: the name stands beside it. */
export function teamShape(teamId) {
  const element = create("span", { class: "shape", "aria-hidden": "true" });
  setTeam(element, teamId);
  return element;
}

/** Shape and name. */
export function teamChip(team) {
  const chip = create("span", { class: "team-chip" }, teamShape(team.id), create("span", {}, team.name));
  setTeam(chip, team.id);
  return chip;
}

/** The name where there is little room; the full one is never far. */
export function shortTeamName(team) {
  return team.name.replace(/^Team /, "");
}
