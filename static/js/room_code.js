/** Room codes as they are read out, typed and pasted. The server reads them by the same rule (`rooms/web/typed_code.py`). */

export const CODE_LENGTH = 6;

/** Letters and digits of other scripts that look like those of a code. */
const LOOK_ALIKES = [
  ["АВСЕЅНІЈКМОРТХУҮԚԜ", "ABCESHIJKMOPTXYYQW"],
  ["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϒ", "ABEZHIKMNOPTYXCY"],
  ["٠١٢٣٤٥٦٧٨٩", "0123456789"],
  ["۰۱۲۳۴۵۶۷۸۹", "0123456789"],
  ["०१२३४५६७८९", "0123456789"],
];

/** @type {Map<string, string>} */
const LATIN = new Map(
  LOOK_ALIKES.flatMap(([theirs, ours]) => [...theirs].map((letter, index) => [letter, ours[index]])),
);

/** The room code as it is read out: "ABC 234". @param {string} code */
export function spacedCode(code) {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

/**
 * What somebody has typed, as a code: capitals, look-alikes replaced, everything else dropped. Of an address its code;
 * empty while it has none.
 * @param {string} text
 */
export function readCode(text) {
  if (!/[/?]/.test(text)) {
    return plain(text);
  }
  const isCode = (/** @type {string} */ part) =>
    /^[A-Z0-9]{6}$/.test(plain(part)) && part.trim().length === CODE_LENGTH;
  const [, roomId] = /[?&](?:roomId|code)=([^&#]*)/.exec(text) ?? [];
  const [path] = text.replace(/^\s*[a-z]+:\/\//i, "").split(/[?#]/);
  // What stands before the first slash is the host, unless there is nothing else.
  const [host, ...parts] = path.split("/");
  return plain([roomId ?? "", ...parts, host].find(isCode) ?? "");
}

/** @param {string} text */
function plain(text) {
  const capitals = [...text.normalize("NFKC").toUpperCase()];
  return capitals
    .map((letter) => LATIN.get(letter) ?? letter)
    .join("")
    .replace(/[^A-Z0-9]/g, "");
}
