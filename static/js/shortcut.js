/** The name of a pressed key, whatever the layout of the keyboard. */

/** A key that is moved or composed by the layout has no letter of its own. */
const UNNAMED = ["Dead", "Process", "Unidentified"];

/**
 * The letter that the key writes if it is Latin, so that Dvorak has its own U; otherwise the one that stands there on
 * an English keyboard, for Cyrillic, Greek or Hebrew layouts. Digits by their place; other keys by their name.
 * @param {Pick<KeyboardEvent, "key" | "code">} event
 */
export function shortcutOf({ key, code }) {
  const [, kind, place] = /^(Digit|Numpad|Key)([0-9A-Z])$/.exec(code) ?? [];
  const isOne = [...key].length === 1;
  if (place && kind !== "Key" && isOne) {
    return place;
  }
  if (place && (UNNAMED.includes(key) || (isOne && /[^\p{Script=Latin}\P{L}]/u.test(key)))) {
    return place.toLowerCase();
  }
  return isOne ? key.toLowerCase() : key;
}
