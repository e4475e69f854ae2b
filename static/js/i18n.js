/** Django's catalogue for scripts (/jsi18n/) comes as globals; without it every text stays as it is written. */

const catalogue = globalThis.django ?? {};

export const gettext = catalogue.gettext ?? ((text) => text);
export const ngettext = catalogue.ngettext ?? ((singular, plural, count) => (count === 1 ? singular : plural));

/** `fill(gettext("%(name)s explains"), {name})`. */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
