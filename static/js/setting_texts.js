/** Figures of the settings in words, with their plural forms. */

import { fill, ngettext } from "./i18n.js";

/** "2 teams". @param {number} count */
export function teamsText(count) {
  return fill(ngettext("%(count)s team", "%(count)s teams", count), { count });
}

/** "3 turns each". @param {number} count */
export function turnsText(count) {
  return fill(ngettext("%(count)s turn each", "%(count)s turns each", count), { count });
}

/** "60 seconds". @param {number} count */
export function secondsText(count) {
  return fill(ngettext("%(count)s second", "%(count)s seconds", count), { count });
}

/** "500 words". @param {number} count */
export function wordsText(count) {
  return fill(ngettext("%(count)s word", "%(count)s words", count), { count });
}

/** "4 players". @param {number} count */
export function playersText(count) {
  return fill(ngettext("%(count)s player", "%(count)s players", count), { count });
}

/** "60 seconds a turn. Most words win." @param {number} seconds */
export function turnText(seconds) {
  const text = ngettext(
    "%(seconds)s second a turn. Most words win.",
    "%(seconds)s seconds a turn. Most words win.",
    seconds,
  );
  return fill(text, { seconds });
}

/** What a skipped word costs: "0" or "−1". @param {number} points */
export function penaltyText(points) {
  return points < 0 ? `−${-points}` : String(points);
}
