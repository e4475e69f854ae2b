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
 * `fill(gettext("%(name)s explains"), {name})`.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
