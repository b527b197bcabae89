/* START HERE for what the scripts say: an English text → the reader's language, with %(name)s filled in. The catalog
   is a script of its own (playground/languages.py), which only pages in another language than English have. */

const catalog = globalThis.django;

/** For what is written by a language's own rules: dates and lists. Numbers are the same in all. */
export const LANGUAGE = document.documentElement.lang;

export function gettext(text, values) {
  return interpolate(catalog ? catalog.gettext(text) : text, values);
}

/** `one` where `count` is 1, else `many`, by the language's own rule. */
export function ngettext(one, many, count, values) {
  const text = catalog ? catalog.ngettext(one, many, count) : count === 1 ? one : many;
  return interpolate(text, values);
}

export function interpolate(text, values = {}) {
  return text.replaceAll(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
}
