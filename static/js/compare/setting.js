/* View: the fields of one lane → its entry, as the race's message has it; entries → the page's address. A field
   that the kind of machine has not is hidden and keeps its value, so that going back to a kind finds it again. */

import { KeyField } from "./key.js";

const FIELDS = {
  lpu: ["model"],
  gpu: ["model", "gpu", "count", "precision", "users"],
  service: ["service"],
  here: [],
  endpoint: ["url", "name"],
};
const NAMES = { name: "model" }; // in the message, of an endpoint
const TYPED = ["users", "url", "name"];
const NUMBERS = new Set(["count", "users"]);
const TYPING_MS = 200;
const LONGEST_QUERY_BYTES = 8000; // an address that is longer would not get to the server
const HALF_CHARACTER = /\p{Surrogate}/gu;

export class Setting {
  #element;
  #fields;
  #key;
  #timer = 0;

  constructor(element, onChange) {
    this.#element = element;
    const fields = Array.from(element.querySelectorAll("[data-field]"));
    this.#fields = Object.fromEntries(fields.map((field) => [field.dataset.field, field]));
    element.addEventListener("change", () => this.#changed(onChange));
    for (const name of TYPED) {
      this.#fields[name].addEventListener("input", () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#changed(onChange), TYPING_MS);
      });
    }
    this.#key = new KeyField(element, this.#fields);
    this.#showFields();
  }

  get entry() {
    const machine = this.#fields.machine.value;
    const values = FIELDS[machine].map((name) => [NAMES[name] ?? name, this.#value(name)]);
    return { machine, ...Object.fromEntries(values) };
  }

  /** Never part of an entry: it is read when a race begins, goes out with it, and stands nowhere else. */
  get key() {
    return this.#fields.machine.value === "endpoint" ? this.#key.value : "";
  }

  /** What was typed a moment ago is in the entry already: it changes nothing any more. */
  set isDisabled(isDisabled) {
    clearTimeout(this.#timer);
    this.#element.disabled = isDisabled;
  }

  focus() {
    const { machine, url, name } = this.#fields;
    const missing = machine.value === "endpoint" ? [url, name].find(({ value }) => value.trim() === "") : null;
    (missing ?? machine).focus();
  }

  #value(name) {
    const { value } = this.#fields[name];
    return NUMBERS.has(name) ? Math.trunc(Number(value)) : wellFormed(value);
  }

  #changed(onChange) {
    clearTimeout(this.#timer);
    this.#showFields();
    onChange();
  }

  #showFields() {
    const machine = this.#fields.machine.value;
    for (const part of this.#element.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").includes(machine);
    }
  }
}

/** Half a character, as a paste may cut it, can stand in no address and no message. */
export function wellFormed(text) {
  return text.replace(HALF_CHARACTER, "\uFFFD");
}

/** The set-up, readable, as playground/compare_query.py reads it. It starts nothing. Of an endpoint it says
    nothing but that there is one. */
export function showInAddress(prompt, entries) {
  history.replaceState(history.state, "", `?${queryOf(prompt, entries)}`);
}

/** Without a prompt that is too long for it. */
function queryOf(prompt, entries) {
  const lanes = entries.map((entry) => `lane=${escaped(laneText(entry))}`).join("&");
  const whole = `prompt=${escaped(prompt)}&${lanes}`;
  return whole.length > LONGEST_QUERY_BYTES ? lanes : whole; // escaped, a letter is a byte
}

function laneText({ machine, model, gpu, count, precision, users, service }) {
  if (machine === "lpu") return `lpu:${model}`;
  if (machine === "gpu") return ["gpu", model, gpu, count, precision, users].join(":");
  return machine === "service" ? `service:${service}` : machine;
}

/** As short as an address may have it: "+" for a blank; ":" and "/" stand for themselves. */
function escaped(text) {
  return encodeURIComponent(wellFormed(text)).replaceAll("%20", "+").replaceAll("%3A", ":").replaceAll("%2F", "/");
}
