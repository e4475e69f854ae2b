/** The settings of the room in one line, shown before the game. */

import { fill, gettext, ngettext } from "../i18n.js";
import { difficultyName } from "../widgets/word_card.js";

/** @import { Settings } from "../protocol.js" */

/**
 * A word pack as the page's data lists it.
 * @typedef {object} Pack
 * @property {string} id
 * @property {string} name
 * @property {string} language
 * @property {number} wordCount
 * @property {Partial<Record<string, number>>} byDifficulty
 * @property {number | null} [minAge]
 */

/**
 * "2 teams · 60 s a round · 3 rounds each · Animals, Food · words on this screen".
 * @param {Settings} settings
 * @param {Pack[]} packs
 */
export function rulesText(settings, packs) {
  const names = settings.wordPackIds.map((id) => packs.find((pack) => pack.id === id)?.name ?? id);
  return [
    fill(ngettext("%(count)s team", "%(count)s teams", settings.numTeams), { count: settings.numTeams }),
    fill(gettext("%(count)s s a round"), { count: settings.roundDurationSec }),
    goal(settings),
    settings.skipPenalty ? gettext("a skip costs a point") : null,
    names.length > 3
      ? fill(gettext("%(first)s and %(count)s more packs"), { first: names[0], count: names.length - 1 })
      : names.join(", "),
    settings.difficulty === "mixed" ? null : difficultyName(settings.difficulty),
    settings.wordHolder === "host" ? gettext("words on this screen") : gettext("words on the explainer’s phone"),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Settings} settings */
function goal({ roundsPerTeam, targetScore }) {
  const rounds = fill(ngettext("%(count)s round each", "%(count)s rounds each", roundsPerTeam), {
    count: roundsPerTeam,
  });
  return targetScore === null
    ? rounds
    : fill(gettext("%(rounds)s or %(score)s points"), { rounds, score: targetScore });
}
