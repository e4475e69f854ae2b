/** Whose turn it is: the team with its shape, and the explainer. */

import { create, setFittedText } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { turnOf } from "../selectors.js";
import { setTeam, teamChip } from "../teams.js";

/** @import { GameState } from "../protocol.js" */

/** Draw the current or next turn; `heading` takes on the team's colours. @param {HTMLElement} heading @param {GameState} game */
export function drawTurn(heading, game) {
  const { team, explainer } = turnOf(game);
  setTeam(heading, team?.id);
  const key = `${team?.id}:${team?.name}:${explainer}`;
  if (heading.dataset.turn === key) {
    return;
  }
  heading.dataset.turn = key;
  const who = explainer && create("span", { class: "turn__who" });
  if (who) {
    setFittedText(who, fill(gettext("%(name)s explains"), { name: explainer }));
  }
  const parts = [team && teamChip(team), who].filter((part) => part instanceof HTMLElement);
  heading.replaceChildren(...parts.flatMap((part, index) => (index > 0 ? [" ", part] : [part])));
}

/** The same as a sentence, for screen readers. @param {GameState} game */
export function turnText(game) {
  const { team, explainer } = turnOf(game);
  return team && explainer ? fill(gettext("%(team)s: %(name)s explains."), { team: team.name, name: explainer }) : "";
}
