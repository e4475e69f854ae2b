/** How wide a text will be, roughly, for styles that size names and words to their frames; pure. */

const WIDE =
  /[WMwm@%Ææ]|\p{Extended_Pictographic}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;
const WITHOUT_WIDTH = /\p{Mark}|\u200d|\ufe0f/gu;
const WIDE_LETTERS = 1.5;

/**
 * The width in letters that a line needs for `text` to fit into two of them: its longest part that no break divides,
 * or half of it all.
 * @param {string} text
 */
export function lineWidth(text) {
  return Math.max(1, letters(text) / 2, ...text.split(/[\s\u00ad‐–—-]+/u).map(letters));
}

/** The width of a text in letters; wide ones count one and a half. @param {string} text */
export function letters(text) {
  return [...text.replace(WITHOUT_WIDTH, "")].reduce((sum, letter) => sum + (WIDE.test(letter) ? WIDE_LETTERS : 1), 0);
}
