/* View: the selects of one lane → its entry, as the race's message has it; entries → the page's address. A field
   that the kind of machine has not is hidden and keeps its value, so that going back to a kind finds it again. */

const FIELDS = {
  lpu: ["model"],
  gpu: ["model", "gpu", "count", "precision", "users"],
  service: ["service"],
  here: [],
};
const NUMBERS = new Set(["count", "users"]);
const TYPING_MS = 200;

export class Setting {
  #element;
  #fields;
  #timer = 0;

  constructor(element, onChange) {
    this.#element = element;
    const fields = Array.from(element.querySelectorAll("[data-field]"));
    this.#fields = Object.fromEntries(fields.map((field) => [field.dataset.field, field]));
    element.addEventListener("change", () => this.#changed(onChange));
    this.#fields.users.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#changed(onChange), TYPING_MS);
    });
    this.#showFields();
  }

  get entry() {
    const machine = this.#fields.machine.value;
    const values = FIELDS[machine].map((name) => [name, this.#value(name)]);
    return { machine, ...Object.fromEntries(values) };
  }

  set isDisabled(isDisabled) {
    this.#element.disabled = isDisabled;
  }

  focus() {
    this.#fields.machine.focus();
  }

  #value(name) {
    const { value } = this.#fields[name];
    return NUMBERS.has(name) ? Math.trunc(Number(value)) : value;
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

/** The set-up, readable, as playground/compare_query.py reads it. It starts nothing. */
export function showInAddress(prompt, entries) {
  history.replaceState(history.state, "", `?${queryOf(prompt, entries)}`);
}

function queryOf(prompt, entries) {
  const lanes = entries.map((entry) => `lane=${escaped(laneText(entry))}`);
  return [`prompt=${escaped(prompt)}`, ...lanes].join("&");
}

function laneText({ machine, model, gpu, count, precision, users, service }) {
  if (machine === "lpu") return `lpu:${model}`;
  if (machine === "gpu") return ["gpu", model, gpu, count, precision, users].join(":");
  return machine === "service" ? `service:${service}` : machine;
}

/** As short as an address may have it: "+" for a blank; ":" and "/" stand for themselves. */
function escaped(text) {
  return encodeURIComponent(text).replaceAll("%20", "+").replaceAll("%3A", ":").replaceAll("%2F", "/");
}
