/** Whose turn it is: the team with its shape, and who explains. */

import { create } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { setTeam, teamChip } from "../teams.js";
import { turnOf } from "../selectors.js";

/** A longer name is written smaller where all has to fit at once. */
const LONG = 14;

/** Draw into `line` who plays now or next; `line` takes on the team's colours. */
export function drawTurn(line, game) {
  const { team, explainer } = turnOf(game);
  setTeam(line, team?.id);
  const key = `${team?.id}:${explainer}`;
  if (line.dataset.turn === key) {
    return;
  }
  line.dataset.turn = key;
  line.toggleAttribute("data-long", [...(explainer ?? "")].length > LONG);
  const who = explainer && fill(gettext("%(name)s explains"), { name: explainer });
  line.replaceChildren(
    ...[team && teamChip(team), team && who && " ", who && create("span", { class: "turn__who" }, who)].filter(Boolean),
  );
}

/** The same in words, for those who listen. */
export function turnText(game) {
  const { team, explainer } = turnOf(game);
  return team && explainer ? fill(gettext("%(team)s: %(name)s explains."), { team: team.name, name: explainer }) : "";
}
