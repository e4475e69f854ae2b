/** The settings of the room in one line, shown before the game. */

import { fill, gettext, ngettext } from "../i18n.js";
import { secondsText, teamsText, turnsText } from "../setting_texts.js";
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
 * "2 teams · 60 seconds a turn · 3 turns each · Animals, Food · the explainer reads from this screen".
 * @param {Settings} settings
 * @param {Pack[]} packs
 */
export function rulesText(settings, packs) {
  const names = settings.wordPackIds.map((id) => packs.find((pack) => pack.id === id)?.name ?? id);
  return [
    teamsText(settings.numTeams),
    fill(gettext("%(seconds)s a turn"), { seconds: secondsText(settings.roundDurationSec) }),
    goal(settings),
    settings.skipPenalty ? gettext("a skip costs a point") : null,
    names.length > 3
      ? fill(ngettext("%(first)s and %(count)s more pack", "%(first)s and %(count)s more packs", names.length - 1), {
          first: names[0],
          count: names.length - 1,
        })
      : names.join(", "),
    settings.difficulty === "mixed" ? null : difficultyName(settings.difficulty),
    settings.wordHolder === "host"
      ? gettext("the explainer reads from this screen")
      : gettext("the explainer reads from their own phone"),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Settings} settings */
function goal({ roundsPerTeam, targetScore }) {
  const turns = turnsText(roundsPerTeam);
  const text = ngettext("%(turns)s or %(score)s point", "%(turns)s or %(score)s points", targetScore ?? 0);
  return targetScore === null ? turns : fill(text, { turns, score: targetScore });
}
