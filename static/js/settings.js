/* Pure: what a reader types about how to answer → settings {system, temperature, top_p, max_tokens, seed, stop}, of
   which those are there that differ from the server's own; or a sentence for each field that is wrong. */

import { gettext } from "./language.js";

const HIGHEST_TEMPERATURE = 2;
const LARGEST_SEED = Number.MAX_SAFE_INTEGER;
const whole = new Intl.NumberFormat("en");

export const FIELDS = ["system", "temperature", "top_p", "max_tokens", "seed", "stop"];

/** `typed`: a text for each field, "" for the server's own. `limits`: {max_tokens, stop_strings, stop_string}. */
export function readSettings(typed, limits) {
  const settings = {};
  const problems = {};
  for (const field of FIELDS) {
    const text = field === "stop" ? typed.stop : typed[field].trim();
    if (text.trim() === "") continue;
    const value = READERS[field](text, limits);
    const problem = value === null ? PROBLEMS[field](limits) : "";
    if (problem) problems[field] = problem;
    else settings[field] = value;
  }
  return { settings, problems };
}

/** Settings → the texts of the fields. */
export function typedSettings(settings) {
  const typed = Object.fromEntries(FIELDS.map((field) => [field, String(settings[field] ?? "")]));
  return { ...typed, stop: (settings.stop ?? []).map(escaped).join("\n") };
}

/** Settings of a file, as far as they can be taken. */
export function settingsOf(given, limits) {
  const isTextual = (value) => ["string", "number"].includes(typeof value);
  const known = Object.fromEntries(FIELDS.filter((field) => isTextual(given[field])).map((field) => [field, given[field]]));
  const stop = Array.isArray(given.stop) && given.stop.every((each) => typeof each === "string") ? given.stop : [];
  return readSettings(typedSettings({ ...known, stop }), limits).settings;
}

/** What the server is asked for: its own values where nothing is set. */
export function paramsOf({ system, ...set }, defaults) {
  const all = Object.entries({ ...defaults, ...set });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

const READERS = {
  system: (text) => text,
  temperature: (text) => within(text, (value) => value >= 0 && value <= HIGHEST_TEMPERATURE),
  top_p: (text) => within(text, (value) => value > 0 && value <= 1),
  max_tokens: (text, { max_tokens: most }) => within(text, (value) => Number.isInteger(value) && value >= 1 && value <= most),
  seed: (text) => within(text, (value) => /^\d+$/.test(text) && value <= LARGEST_SEED),
  stop: readStop,
};

const PROBLEMS = {
  temperature: () => gettext("Temperature is a number from 0 to %(most)s.", { most: HIGHEST_TEMPERATURE }),
  top_p: () => gettext("Top-p is a number above 0 and up to 1."),
  max_tokens: ({ max_tokens: most }) =>
    gettext("The most tokens are a whole number from 1 to %(most)s.", { most: whole.format(most) }),
  seed: () => gettext("A seed is a whole number from 0 to %(most)s.", { most: whole.format(LARGEST_SEED) }),
  stop: ({ stop_strings: count, stop_string: length }) =>
    gettext("At most %(count)s lines, each of up to %(length)s characters.", { count, length }),
};

function within(text, isGood) {
  const value = Number(text.replace(",", "."));
  return isGood(value) ? value : null;
}

function readStop(text, { stop_strings: count, stop_string: length }) {
  const strings = text.split("\n").filter((line) => line !== "").map(unescaped);
  const fit = strings.length <= count && strings.every((each) => [...each].length <= length);
  return fit ? strings : null;
}

/** A line break is typed \n, since each line is a stop of its own. */
function unescaped(line) {
  return line.replaceAll(/\\(\\|n)/g, (_, letter) => (letter === "n" ? "\n" : "\\"));
}

function escaped(text) {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
