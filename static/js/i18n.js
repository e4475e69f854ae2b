/** Django's catalogue for scripts (/jsi18n/) comes as globals; without it every text stays as it is written. */

/**
 * @typedef {object} Catalogue
 * @property {(text: string) => string} [gettext]
 * @property {(singular: string, plural: string, count: number) => string} [ngettext]
 */

/** @type {Catalogue} */
const catalogue = /** @type {{django?: Catalogue}} */ (globalThis).django ?? {};

export const gettext = catalogue.gettext ?? ((text) => text);
export const ngettext = catalogue.ngettext ?? ((singular, plural, count) => (count === 1 ? singular : plural));

/**
 * `fill(gettext("%(name)s explains"), {name})`. Texts among the values are isolated.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? shown(values[name]) : whole));
}

/** First Strong Isolate and Pop Directional Isolate; no name contains them. `dom.js` makes a `<bdi>` of what they enclose. */
const ISOLATE = "\u2068";
const END = "\u2069";

/** A name whose direction of writing moves nothing around it: right to left, or with digits. @param {string} name */
export function isolate(name) {
  return name && !name.includes(ISOLATE) ? ISOLATE + name + END : name;
}

/** Names in one line, each isolated. @param {readonly string[]} names */
export function listed(names) {
  return names.map(isolate).join(", ");
}

/** A text without the marks of `isolate`, for attributes and comparisons. @param {string} text */
export function plain(text) {
  return text.replaceAll(ISOLATE, "").replaceAll(END, "");
}

/** The parts of a text: at odd places what is isolated, at even ones what stands between. @param {string} text */
export function isolatedParts(text) {
  return text.split(/\u2068([^\u2069]*)\u2069/);
}

/** @param {string | number} value */
function shown(value) {
  return typeof value === "number" ? String(value) : isolate(value);
}
